import { createHash } from 'node:crypto'
import type { AnyManifest } from '../../apps/shared/manifest.ts'

/** One listener rule: the load balancer tries rules from the lowest priority up. */
export interface ListenerRule {
  readonly priority: number
  readonly paths: readonly string[]
}

/** AWS takes 5 condition values (and 5 wildcards) in a rule. */
const PATHS_PER_RULE = 5
/** Rules of one load balancer, without its default. One is the edge's own, see `edge-load-balancer.ts`. */
const MAX_RULES = 99
/** Priorities go to 50000; those below the first block are the edge's own. */
const FIRST_PRIORITY = 100
const MAX_DEPTH = 8
const PRIORITIES_PER_DEPTH = 6000
/** A service has this many rules per depth before it would run into its neighbour's block. */
const RULES_PER_BLOCK = 5
const BLOCKS = Math.floor((PRIORITIES_PER_DEPTH - FIRST_PRIORITY) / RULES_PER_BLOCK)

/** `/users/*` has one literal segment, `/users/me` two. */
export const depthOf = (route: string): number =>
  route.split('/').filter(segment => segment !== '' && segment !== '*').length

/**
 * The rules of each service. A pattern can only lie inside another one if it has more literal segments, so rules with
 * more of them come first: each depth has a range of priorities. Inside a range the order does not matter, so the place
 * of a service is the hash of its name, and a service or route that is added leaves the other rules as they are. (Two
 * names that hash alike are the exception: the later one in the alphabet takes the next free block.)
 * @throws Error naming the services and the route, when two services claim one route or AWS's limits are passed
 */
export function listenerRules(
  manifests: readonly AnyManifest[],
): ReadonlyMap<string, readonly ListenerRule[]> {
  refuseClashes(manifests)
  const rules = new Map<string, ListenerRule[]>(manifests.map(({ name }) => [name, []]))
  for (let depth = 1; depth <= MAX_DEPTH; depth++) {
    const taken = new Set<number>()
    const start = FIRST_PRIORITY + (MAX_DEPTH - depth) * PRIORITIES_PER_DEPTH
    for (const manifest of manifests.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const paths = manifest.routes.filter(route => depthOf(route) === depth)
      if (paths.length === 0) continue
      const first = start + freeBlock(manifest.name, taken) * RULES_PER_BLOCK
      const own = chunks(paths).map((paths, index) => ({ priority: first + index, paths }))
      rules.get(manifest.name)?.push(...own)
    }
  }
  const count = [...rules.values()].flat().length
  if (count > MAX_RULES)
    throw new Error(
      `the services need ${count} listener rules; a load balancer has room for ${MAX_RULES}: join routes with /*`,
    )
  return rules
}

function freeBlock(service: string, taken: Set<number>): number {
  let block = createHash('sha256').update(service).digest().readUInt32BE(0) % BLOCKS
  while (taken.has(block)) block = (block + 1) % BLOCKS
  taken.add(block)
  return block
}

/** In the manifest's order, so that a route added at its end leaves the rules before it alone. */
const chunks = (paths: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(paths.length / PATHS_PER_RULE) }, (_, index) =>
    paths.slice(index * PATHS_PER_RULE, (index + 1) * PATHS_PER_RULE),
  )

/** With the deeper pattern first nothing can shadow a route but the same route. */
function refuseClashes(manifests: readonly AnyManifest[]): void {
  const owners = new Map<string, string>()
  for (const { name, routes } of manifests) {
    for (const route of routes) {
      const owner = owners.get(route)
      if (owner === name) throw new Error(`service "${name}" lists route "${route}" twice`)
      if (owner !== undefined)
        throw new Error(
          `route "${route}" is claimed by services "${owner}" and "${name}", of which one would never see a request; remove it from one manifest`,
        )
      owners.set(route, name)
    }
    refuseUnroutable(name, routes)
  }
}

function refuseUnroutable(name: string, routes: readonly string[]): void {
  for (const route of routes) {
    const depth = depthOf(route)
    if (!/^(\/[^/*?]+)+(\/\*)?$/.test(route))
      throw new Error(
        `service "${name}": route "${route}" must be a path such as /users or /users/*`,
      )
    if (route.length > 128)
      throw new Error(
        `service "${name}": route "${route}" has ${route.length} characters; a load balancer takes 128`,
      )
    if (depth > MAX_DEPTH)
      throw new Error(
        `service "${name}": route "${route}" has ${depth} segments; at most ${MAX_DEPTH} are routed: use /* earlier`,
      )
    const alike = routes.filter(other => depthOf(other) === depth).length
    if (alike > PATHS_PER_RULE * RULES_PER_BLOCK)
      throw new Error(
        `service "${name}" has ${alike} routes of ${depth} segments; at most ${PATHS_PER_RULE * RULES_PER_BLOCK}: join them with /*`,
      )
  }
}
