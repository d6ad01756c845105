import type { AnyManifest } from '../../apps/shared/manifest.ts'
import { depthOf, listenerRules } from './listener-rules.ts'

/** One cache behaviour of the distribution; CloudFront takes the first whose pattern matches. */
export interface Behaviour {
  readonly pathPattern: string
  readonly service: string
  /** GET and HEAD are kept as the answer's Cache-Control says. Otherwise nothing is kept. */
  readonly cached: boolean
}

/** AWS's default quota, the default behaviour (the site) among them. */
const MAX_BEHAVIOURS = 25

/**
 * The behaviours of all public routes. A path is cached only where its most specific pattern stands in `cachedRoutes`.
 * @throws Error when the services need more than CloudFront's quota, or when their routes clash
 */
export function behavioursOf(manifests: readonly AnyManifest[]): readonly Behaviour[] {
  listenerRules(manifests) // refuses routes that clash
  const behaviours = manifests.flatMap(({ name, routes, cachedRoutes }) =>
    [...new Set([...routes, ...cachedRoutes])].map(pathPattern => ({
      pathPattern,
      service: name,
      cached: cachedRoutes.includes(pathPattern),
    })),
  )
  refuseStolen(manifests, behaviours)
  if (behaviours.length >= MAX_BEHAVIOURS)
    throw new Error(
      `the routes of ${manifests.length} services need ${behaviours.length} cache behaviours and the site one; CloudFront takes ${MAX_BEHAVIOURS}: join routes with /*, or have the quota "Cache behaviors per distribution" raised and change MAX_BEHAVIOURS`,
    )
  return behaviours.sort(
    (a, b) =>
      depthOf(b.pathPattern) - depthOf(a.pathPattern) || (a.pathPattern < b.pathPattern ? -1 : 1),
  )
}

/** A cached pattern inside a service's own wide route may be the very route of another one, which gets the requests. */
function refuseStolen(manifests: readonly AnyManifest[], behaviours: readonly Behaviour[]): void {
  for (const { pathPattern, service } of behaviours) {
    const rival = manifests.find(
      ({ name, routes }) => name !== service && routes.includes(pathPattern),
    )
    if (rival)
      throw new Error(
        `cachedRoutes "${pathPattern}" of service "${service}" is a route of service "${rival.name}"; remove it from one manifest`,
      )
  }
}
