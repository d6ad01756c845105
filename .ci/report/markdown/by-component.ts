import type { ResourceChange } from '../../../platform/preview/diff.ts'
import type { StackChanges } from '../stack-changes.ts'

/** A resource and what becomes of it. */
export interface Marked {
  mark: '+' | '−' | '~' | 'REPLACE' | 'REPLACE?'
  change: ResourceChange
}

export const losesSomething = ({ mark, change: { loses } }: Marked): boolean =>
  loses !== undefined && mark !== '+' && mark !== '~'

/** What changes in each component: those that lose something first, then the largest. */
export function byComponent({ diff, components }: StackChanges): [string, Marked[]][] {
  const marked = (mark: Marked['mark'], changes: readonly ResourceChange[]): Marked[] =>
    changes.map(change => ({ mark, change }))
  const all = [
    ...marked('REPLACE', diff.replaced),
    ...marked('REPLACE?', diff.mayBeReplaced),
    ...marked('−', diff.removed),
    ...marked('~', diff.changed),
    ...marked('+', diff.added),
  ]
  return [...Map.groupBy(all, ({ change }) => components[change.urn] ?? change.name)].sort(
    ([, a], [, b]) =>
      Number(b.some(losesSomething)) - Number(a.some(losesSomething)) || b.length - a.length,
  )
}

/** `+ 29, ~ 1` */
export const sums = (marked: readonly Marked[]): string =>
  [...Map.groupBy(marked, ({ mark }) => mark)]
    .map(([mark, of]) => `${mark} ${of.length}`)
    .join(', ')
