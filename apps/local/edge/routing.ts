import { AppError } from '../../shared/http/errors.ts'
import type { AnyManifest } from '../../shared/manifest.ts'
import { routeMatches } from '../../shared/route-patterns.ts'

/** A service as the edge sees it. */
export interface Target {
  manifest: AnyManifest
  /** `http://127.0.0.1:PORT` */
  url: string
}

/** Finds the service of a path; the longest pattern decides, as the load balancer's rule priorities do. */
export type Router = (path: string) => Target | undefined

/** @throws Error when two services claim the same pattern */
export function createRouter(targets: readonly Target[]): Router {
  const rules = targets
    .flatMap(target => target.manifest.routes.map(pattern => ({ pattern, target })))
    .sort((a, b) => b.pattern.length - a.pattern.length)
  for (const [index, { pattern, target }] of rules.entries()) {
    const rival = rules.slice(index + 1).find(rule => rule.pattern === pattern)
    if (rival)
      throw new Error(
        `route ${pattern} is claimed by ${target.manifest.name} and ${rival.target.manifest.name}; remove it from one manifest`,
      )
  }
  return path => rules.find(({ pattern }) => routeMatches(pattern, path))?.target
}

/**
 * Path of a request target, or `undefined` when edge and service could read it differently: dot segments, empty
 * segments, slashes and backslashes in disguise, an absolute URL. Nobody has a use for those but to get around the routes.
 */
export function plainPath(requestTarget: string): string | undefined {
  const path = requestTarget.split('?', 1)[0] ?? ''
  if (!path.startsWith('/') || path.includes('//') || /[\\#]/.test(path)) return undefined
  let decoded: string[]
  try {
    decoded = path.split('/').map(segment => decodeURIComponent(segment))
  } catch {
    return undefined
  }
  return decoded.some(isDisguised) ? undefined : path
}

const isDisguised = (segment: string): boolean =>
  // A second layer (%252e) is no trick here, as no service decodes twice; refused all the same.
  /^\.\.?$|[/\\\p{Cc}]|%(2e|2f|5c)/iu.test(segment)

export const unknownPath = (): AppError =>
  new AppError('path_not_found', 404, 'No such path: nothing public is served here')
