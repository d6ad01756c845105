import { type ApiChange, apiChanges } from '../api/api-changes.ts'
import type { MigrationSnapshot, Snapshot } from '../snapshot/snapshot.ts'
import type { Approval } from './approvals.ts'
import { type Danger, dangersOf } from './dangers.ts'
import { matchStacks } from './matched-stacks.ts'
import { type StackChanges, stackChanges } from './stack-changes.ts'

/** All that a reviewer is told, in the order in which it matters; `--format json` writes it. */
export interface Changes {
  version: 1
  /** Commits. */
  base: string
  head: string
  dangers: Danger[]
  /** Approvals that nothing here needs. */
  unusedApprovals: Approval[]
  notes: string[]
  stacks: StackChanges[]
  migrations: MigrationChange[]
  api: ApiChange[]
  images: ImageChange[]
}

export interface MigrationChange extends MigrationSnapshot {
  /** A migration runs once: to edit or delete one that ran changes nothing, or stops the next. */
  change: 'added' | 'edited' | 'deleted'
}

export interface ImageChange {
  service: string
  /** Undefined where it was not built. */
  before: number | undefined
  after: number | undefined
}

/** @param today such as 2026-12-31 */
export function changesBetween(base: Snapshot, head: Snapshot, today: string): Changes {
  const { pairs, notes } = matchStacks(base.stacks, head.stacks)
  const stacks = pairs.map(({ before, after }) => stackChanges(before, after))
  const api = apiChanges(base.api, head.api)
  const { dangers, unused } = dangersOf(stacks, api, head.approvals, today)
  return {
    version: 1,
    base: base.revision,
    head: head.revision,
    dangers,
    unusedApprovals: unused,
    notes: [...notes, ...stacks.flatMap(movedNotes)],
    stacks,
    migrations: migrationChanges(base, head),
    api,
    images: imageChanges(base, head),
  }
}

const MAX_NAMES = 5

function movedNotes({ stack, moved }: StackChanges): string[] {
  if (moved.length === 0) return []
  const names = moved.slice(0, MAX_NAMES).map(({ to }) => to.split('::').at(-1))
  const more = moved.length > MAX_NAMES ? ` and ${moved.length - MAX_NAMES} more` : ''
  return [
    `stack ${stack}: moved to another component without an alias, so they are deleted and created anew: ${names.join(', ')}${more}; give the component aliases: [{ parent }] to keep them`,
  ]
}

function migrationChanges(base: Snapshot, head: Snapshot): MigrationChange[] {
  const olds = new Map(base.migrations.map(one => [one.file, one]))
  const news = new Set(head.migrations.map(({ file }) => file))
  return [
    ...head.migrations.flatMap((one): MigrationChange[] => {
      const old = olds.get(one.file)
      if (!old) return [{ ...one, change: 'added' }]
      return old.sha256 === one.sha256 ? [] : [{ ...one, change: 'edited' }]
    }),
    // Those of a service that is gone with all of it are no news.
    ...base.migrations
      .filter(({ file }) => !news.has(file) && (file.split('/')[1] ?? '') in head.builds)
      .map(one => ({ ...one, change: 'deleted' as const })),
  ]
}

const imageChanges = (base: Snapshot, head: Snapshot): ImageChange[] =>
  Object.keys({ ...base.builds, ...head.builds })
    .filter(service => base.builds[service] !== head.builds[service])
    .map(service => ({ service, before: base.images[service], after: head.images[service] }))
