import { propertyChanges, type PropertyChange } from './property-changes.ts'
import { replacementTable, type Forces, type ReplacementTable } from './replacement-table.ts'
import { lostWith, protectionOf } from './stateful.ts'
import type { PreviewResource, StackPreview } from './stack-preview.ts'

export interface ChangedProperty extends PropertyChange {
  forces: Forces
}

export interface ResourceChange {
  urn: string
  type: string
  name: string
  /** URN that it had before, where an alias says so. */
  renamedFrom?: string
  properties: ChangedProperty[]
  /** Why it may be replaced: resources that are replaced and that forcing properties come from. */
  because: { path: string; urn: string }[]
  /** What a replacement or removal loses. */
  loses?: string
  /** Why a removal would be refused, or what it leaves. */
  protection: string[]
}

export interface StackDiff {
  stack: string
  added: ResourceChange[]
  changed: ResourceChange[]
  /** Pulumi deletes these and creates others. */
  replaced: ResourceChange[]
  /** A property changes that nobody knows the effect of, or comes from a resource that is replaced. */
  mayBeReplaced: ResourceChange[]
  removed: ResourceChange[]
  unchanged: number
}

interface Pair {
  before: PreviewResource
  after: PreviewResource
}

/** What changes when the stack goes from one preview to the other. Components are containers only: they don't count. */
export function diffStacks(
  before: StackPreview,
  after: StackPreview,
  table: ReplacementTable = replacementTable(),
): StackDiff {
  const olds = new Map(before.resources.filter(isReal).map(resource => [resource.urn, resource]))
  const pairs: Pair[] = []
  const added: PreviewResource[] = []
  for (const resource of after.resources.filter(isReal)) {
    const urn = [resource.urn, ...resource.aliases].find(known => olds.has(known))
    const old = urn === undefined ? undefined : olds.get(urn)
    if (old) {
      pairs.push({ before: old, after: resource })
      olds.delete(old.urn)
    } else added.push(resource)
  }
  const changes = pairs.map(pair => changeOf(pair, table))
  follow(changes, after.resources, table)
  const kinds = Map.groupBy(changes, kindOf)
  return {
    stack: after.stack,
    added: added.map(resource => bare(resource)),
    changed: kinds.get('changed') ?? [],
    replaced: kinds.get('replaced') ?? [],
    mayBeReplaced: kinds.get('mayBeReplaced') ?? [],
    removed: [...olds.values()].map(resource => bare(resource)),
    unchanged: kinds.get('unchanged')?.length ?? 0,
  }
}

const isReal = ({ custom, remote, read }: PreviewResource): boolean => (custom || remote) && !read

function bare(resource: PreviewResource): ResourceChange {
  const { urn, type, name } = resource
  const loses = lostWith(resource)
  return {
    urn,
    type,
    name,
    properties: [],
    because: [],
    ...(loses !== undefined && { loses }),
    protection: protectionOf(resource),
  }
}

function changeOf({ before, after }: Pair, table: ReplacementTable): ResourceChange {
  const ignored = (path: string) =>
    after.ignoreChanges.some(
      own =>
        own === '*' ||
        path === own ||
        (/^[.[]/.test(path.slice(own.length)) && path.startsWith(own)),
    )
  return {
    ...bare(after),
    // What protects it is what stands in the stack now, not what the program wants.
    protection: protectionOf(before),
    ...(before.urn !== after.urn && { renamedFrom: before.urn }),
    properties: propertyChanges(before.inputs, after.inputs)
      .filter(({ path }) => !ignored(path))
      .map(change => ({ ...change, forces: table.forces(after, change.path) })),
  }
}

/** What takes a forcing property from a resource that is replaced may be replaced too: ids and ARNs are new. */
function follow(
  changes: readonly ResourceChange[],
  resources: readonly PreviewResource[],
  table: ReplacementTable,
): void {
  const byUrn = new Map(resources.map(resource => [resource.urn, resource]))
  const queue = changes.filter(change => ['replaced', 'mayBeReplaced'].includes(kindOf(change)))
  for (const { urn } of queue) {
    for (const change of changes) {
      const resource = byUrn.get(change.urn)
      if (!resource || change.urn === urn) continue
      const paths = Object.entries(resource.propertyDependencies)
        .filter(([path, urns]) => urns.includes(urn) && table.forces(resource, path) === 'yes')
        .map(([path]) => path)
      if (paths.length === 0) continue
      const isNew = !['replaced', 'mayBeReplaced'].includes(kindOf(change))
      change.because.push(...paths.map(path => ({ path, urn })))
      if (isNew) queue.push(change)
    }
  }
}

type Kind = 'replaced' | 'mayBeReplaced' | 'changed' | 'unchanged'

function kindOf({ properties, because, renamedFrom }: ResourceChange): Kind {
  if (properties.some(({ forces }) => forces === 'yes')) return 'replaced'
  if (because.length > 0 || properties.some(({ forces }) => forces === 'may'))
    return 'mayBeReplaced'
  return properties.length > 0 || renamedFrom !== undefined ? 'changed' : 'unchanged'
}
