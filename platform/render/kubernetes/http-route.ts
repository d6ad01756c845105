import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute'
import type { IHTTPRouteMatch } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRouteMatch'
import { SERVICE_PORT } from '../../service/ports.ts'
import type { KubernetesOptions } from './options.ts'
import { metadataOf, type Workload } from './workload.ts'

/** Matches of one rule that every release of the Gateway API takes. */
const MATCHES = 8

/** The manifest's public routes and nothing else. @returns undefined where it has none */
export function httpRouteOf(
  workload: Workload,
  { gateway, publicUrl }: Pick<KubernetesOptions, 'gateway' | 'publicUrl'>,
): IHTTPRoute | undefined {
  const { name, routes } = workload.manifest
  if (routes.length === 0) return undefined
  const matches = matchesOf(routes)
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: metadataOf(workload),
    spec: {
      parentRefs: [{ namespace: gateway.namespace, name: gateway.name }],
      hostnames: [new URL(publicUrl).hostname],
      rules: Array.from({ length: Math.ceil(matches.length / MATCHES) }, (_, index) => ({
        matches: matches.slice(index * MATCHES, (index + 1) * MATCHES),
        backendRefs: [{ name, port: SERVICE_PORT }],
      })),
    },
  }
}

/** `/users/*` is the prefix `/users`, which is `/users` itself too. The longest match wins, an exact one before all. */
function matchesOf(routes: readonly string[]): IHTTPRouteMatch[] {
  const prefixes = routes.filter(route => route.endsWith('/*')).map(route => route.slice(0, -2))
  const exact = routes.filter(route => !route.endsWith('/*') && !prefixes.includes(route))
  return [
    ...exact.map(value => ({ path: { type: 'Exact' as const, value } })),
    ...prefixes.map(value => ({ path: { type: 'PathPrefix' as const, value } })),
  ]
}
