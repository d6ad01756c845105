import type { AnyManifest } from '../apps/shared/manifest.ts'
import { listenerRules } from './edge/listener-rules.ts'

/** Services by name, in the order in which they can start: whom a service asks is there before it. */
export type System = ReadonlyMap<string, AnyManifest>

/** The service that signs access tokens and publishes the keys that verify them. */
export const ISSUER = 'users'

/** Compiles only where each key is its manifest's name, and what is called and consumed exists. */
type Consistent<S extends Record<string, AnyManifest>> = {
  [K in keyof S]: {
    name: K
    calls: readonly Extract<keyof S, string>[]
    consumes: readonly S[keyof S]['publishes'][number][]
  }
}

/**
 * Checks that the services fit together.
 * @throws Error with every problem: service, key, what is allowed
 */
export function systemOf<S extends Record<string, AnyManifest>>(
  services: S & Consistent<S>,
): System {
  const manifests: AnyManifest[] = Object.values(services)
  const problems = [...wrongNames(services), ...manifests.flatMap(m => unmet(m, manifests))]
  if (problems.length > 0) throw new Error(`services do not fit together:\n${lines(problems)}`)
  listenerRules(manifests)
  return inStartOrder(manifests)
}

const lines = (problems: readonly string[]) => problems.map(line => `  ${line}`).join('\n')

const wrongNames = (services: Record<string, AnyManifest>): string[] =>
  Object.entries(services)
    .filter(([key, { name }]) => key !== name)
    .map(([key, { name }]) => `services.${key} is named "${name}" in its manifest; use one name`)

function unmet(manifest: AnyManifest, all: readonly AnyManifest[]): string[] {
  const names = all.map(({ name }) => name)
  const published = new Set(all.flatMap(({ publishes }) => publishes))
  const problems = manifest.calls
    .filter(callee => !names.includes(callee))
    .map(callee => `${manifest.name}: calls "${callee}"; there are ${names.join(', ')}`)
  for (const callee of all)
    if (manifest.calls.includes(callee.name) && !callee.needs.callers)
      problems.push(
        `${manifest.name}: calls "${callee.name}", whose manifest lacks needs: { callers: true }`,
      )
  if (manifest.needs.tokens && !names.includes(ISSUER))
    problems.push(`${manifest.name}: needs tokens, which the service "${ISSUER}" signs`)
  for (const event of manifest.consumes)
    if (!published.has(event))
      problems.push(
        `${manifest.name}: consumes "${event}", which nobody publishes; published: ${[...published].join(', ') || 'nothing'}`,
      )
  return problems
}

/** Services that this one asks over HTTP. */
export const asks = ({ name, calls, needs }: AnyManifest): string[] => [
  ...new Set([...calls, ...(needs.tokens && name !== ISSUER ? [ISSUER] : [])]),
]

/** Services that ask this one over HTTP. */
export const askedBy = (callee: string, system: System): string[] =>
  [...system.values()].filter(caller => asks(caller).includes(callee)).map(({ name }) => name)

function inStartOrder(manifests: readonly AnyManifest[]): System {
  const byName = new Map(manifests.map(manifest => [manifest.name, manifest]))
  const ordered = new Map<string, AnyManifest>()
  const visit = (manifest: AnyManifest, path: readonly string[]) => {
    if (ordered.has(manifest.name)) return
    if (path.includes(manifest.name))
      throw new Error(
        `services call each other in a circle: ${[...path, manifest.name].join(' -> ')}; make one of the calls an event`,
      )
    for (const callee of asks(manifest)) {
      const found = byName.get(callee)
      if (found) visit(found, [...path, manifest.name])
    }
    ordered.set(manifest.name, manifest)
  }
  for (const manifest of [...manifests].sort((a, b) => a.name.localeCompare(b.name)))
    visit(manifest, [])
  return ordered
}
