import { type AnyManifest, PRIVATE_PATHS } from '../apps/shared/manifest.ts'
import { listenerRules } from './listener-rules.ts'

/** AWS's default quota per API. */
const MAX_ROUTES = 300

/** What an HTTP API's JWT authorizer verifies: RSA signatures only. Source: its developer guide. */
const VERIFIED_ALGORITHMS = ['RS256', 'RS384', 'RS512']

/** How the gateway verifies tokens before it lets a request through. */
export interface GatewayTokens {
  /** What the tokens are signed with. */
  algorithm: string
  audience: string
  /** Public routes, as manifests write them, where nobody has business without a token: `/orders/*`. */
  routes: readonly string[]
}

export interface GatewayRoute {
  /** `ANY /users/{proxy+}` */
  readonly routeKey: string
  readonly service: string
  /** Only with a valid token. */
  readonly verified: boolean
}

/**
 * One route of the HTTP API per public route of a manifest; there is no default route, so that nothing else is reached.
 * @throws Error for a private path, for tokens that the gateway can't verify, for more routes than AWS allows
 */
export function gatewayRoutes(
  manifests: readonly AnyManifest[],
  tokens?: GatewayTokens,
): readonly GatewayRoute[] {
  listenerRules(manifests) // refuses routes that clash
  const routes = manifests.flatMap(({ name, routes }) =>
    routes.map(route => ({
      routeKey: `ANY ${route.replace(/\/\*$/, '/{proxy+}')}`,
      service: name,
      verified: tokens?.routes.includes(route) ?? false,
    })),
  )
  refusePrivate(manifests)
  if (tokens) refuseUnverifiable(tokens, manifests)
  if (routes.length > MAX_ROUTES)
    throw new Error(
      `the services have ${routes.length} routes; an HTTP API takes ${MAX_ROUTES}: join routes with /*`,
    )
  return routes
}

function refusePrivate(manifests: readonly AnyManifest[]): void {
  for (const { name, routes } of manifests)
    for (const route of routes)
      if (PRIVATE_PATHS.some(path => route === path || route.startsWith(`${path}/`)))
        throw new Error(
          `service "${name}": route "${route}" is private and never routed; remove it from its manifest`,
        )
}

function refuseUnverifiable(
  { algorithm, routes }: GatewayTokens,
  manifests: readonly AnyManifest[],
): void {
  if (!VERIFIED_ALGORITHMS.includes(algorithm))
    throw new Error(
      `API Gateway verifies tokens signed with ${VERIFIED_ALGORITHMS.join(', ')}; ours are ${algorithm}, it would refuse every one. Leave tokens out: the services verify them`,
    )
  const known = new Set(manifests.flatMap(({ routes }) => routes))
  for (const route of routes)
    if (!known.has(route))
      throw new Error(
        `tokens.routes "${route}" is no route of a service; there are ${[...known].join(', ')}`,
      )
}
