import { type AnyManifest, PRIVATE_PATHS } from '../../apps/shared/manifest.ts'
import { openMethods, routeMatches } from '../../apps/shared/route-patterns.ts'
import { depthOf, listenerRules } from './listener-rules.ts'

/** AWS's default quota per API. */
const MAX_ROUTES = 300

export interface GatewayRoute {
  /** `ANY`, or one that goes before it. */
  readonly method: string
  /** As manifests write it: `/users/*`. */
  readonly pattern: string
  readonly service: string
  /** Without a token too; otherwise only with a valid one. */
  readonly open: boolean
}

/** `ANY /users/{proxy+}` */
export const routeKey = ({ method, pattern }: GatewayRoute): string =>
  `${method} ${pattern.replace(/\/\*$/, '/{proxy+}')}`

/**
 * The routes of the HTTP API: for each public route and each open one of a manifest the methods that are open, OPTIONS (a
 * browser's preflight has no token), and ANY for the rest, which takes a token. API Gateway prefers the longer path, then the
 * named method, so each path names its own methods. There is no default route: nothing else is reached.
 * @throws Error for a private path, for one that another service answers, for more routes than AWS allows
 */
export function gatewayRoutes(manifests: readonly AnyManifest[]): readonly GatewayRoute[] {
  listenerRules(manifests) // refuses routes that clash
  refusePrivate(manifests)
  refuseOthers(manifests)
  const routes = manifests.flatMap(routesOf)
  if (routes.length > MAX_ROUTES)
    throw new Error(
      `the services need ${routes.length} routes; an HTTP API takes ${MAX_ROUTES}: join routes and openRoutes with /*`,
    )
  return routes
}

function routesOf({ name, routes, openRoutes }: AnyManifest): GatewayRoute[] {
  const patterns = new Set([...routes, ...openRoutes.map(pathOf)])
  return [...patterns].flatMap(pattern => {
    const methods = openMethods(openRoutes, pattern)
    const closed = { method: 'ANY', pattern, service: name, open: false }
    if (methods.includes('ANY')) return [{ ...closed, open: true }]
    return [...[...methods, 'OPTIONS'].map(method => ({ ...closed, method, open: true })), closed]
  })
}

/** `POST /users` -> `/users` */
const pathOf = (openRoute: string): string => openRoute.slice(openRoute.indexOf(' ') + 1)

function refusePrivate(manifests: readonly AnyManifest[]): void {
  for (const { name, routes } of manifests)
    for (const route of routes)
      if (PRIVATE_PATHS.some(path => route === path || route.startsWith(`${path}/`)))
        throw new Error(
          `service "${name}": route "${route}" is private and never routed; remove it from its manifest`,
        )
}

/** What a service opens inside its own wide route may be what the load balancer sends to another one. */
function refuseOthers(manifests: readonly AnyManifest[]): void {
  const routes = manifests
    .flatMap(({ name, routes }) => routes.map(pattern => ({ service: name, pattern })))
    .sort((a, b) => depthOf(b.pattern) - depthOf(a.pattern))
  for (const { name, openRoutes } of manifests)
    for (const open of openRoutes) {
      const path = pathOf(open)
      const owner = routes.find(({ pattern }) => pattern === path || routeMatches(pattern, path))
      if (owner?.service !== name)
        throw new Error(
          `service "${name}": openRoutes "${open}" ${owner ? `is answered by service "${owner.service}"` : 'is under none of its routes'}; remove it from its manifest`,
        )
    }
}
