import type { ResourceChange } from '../../../platform/preview/diff.ts'
import { shortType } from '../../../platform/preview/stack-preview.ts'
import type { StackChanges } from '../stack-changes.ts'
import { code, html } from './code.ts'
import type { Detail } from './detail.ts'
import { property } from './property.ts'
import { signedUsd } from './words.ts'

interface Marked {
  mark: string
  change: ResourceChange
}

/** A part that opens by a click for each component of a stack, the dangerous ones first. */
export function stackDetails(changes: StackChanges, detail: Detail): string[] {
  const { stack, diff, components, cost } = changes
  const all: Marked[] = [
    ...diff.replaced.map(change => ({ mark: '**REPLACE**', change })),
    ...diff.mayBeReplaced.map(change => ({ mark: '**REPLACE?**', change })),
    ...diff.removed.map(change => ({ mark: '**−**', change })),
    ...diff.changed.map(change => ({ mark: '**~**', change })),
    ...diff.added.map(change => ({ mark: '**+**', change })),
  ]
  if (all.length === 0) return []
  const certain = new Set(diff.replaced.map(({ urn }) => urn))
  const groups = Map.groupBy(all, ({ change }) => components[change.urn] ?? change.name)
  return [
    `#### ${code(stack)}`,
    '',
    ...[...groups].flatMap(([name, marked]) => [
      `<details><summary>${html(name)} ${sums(marked)}${money(cost, name)}</summary>`,
      '',
      ...(detail.resources
        ? marked.flatMap(one => lines(one, certain, detail))
        : ['Left out, there is too much of it.']),
      '',
      '</details>',
      '',
    ]),
  ]
}

function sums(marked: readonly Marked[]): string {
  const counts = [...Map.groupBy(marked, ({ mark }) => mark)]
  return counts.map(([mark, of]) => `${mark.replaceAll('*', '')} ${of.length}`).join(', ')
}

function money({ components }: StackChanges['cost'], name: string): string {
  const found = components.find(one => one.name === name)
  return found ? `, ${signedUsd(found.after - found.before)} USD a month` : ''
}

function lines(
  { mark, change }: Marked,
  certain: ReadonlySet<string>,
  { values, properties: most }: Detail,
): string[] {
  const { type, name, renamedFrom, properties, because, loses } = change
  const shown = properties.slice(0, most)
  const rest = properties.length - shown.length
  const isLost = loses !== undefined && /REPLACE|−/.test(mark)
  return [
    `- ${isLost ? '🔴 ' : ''}${mark} ${code(shortType(type))} ${code(name)}` +
      (renamedFrom === undefined
        ? ''
        : ` (was ${code(renamedFrom.split('::').slice(2).join('::'))})`) +
      (isLost ? `, loses ${loses}` : ''),
    ...shown.map(one => `  - ${property(one, values)}`),
    ...(rest > 0 ? [`  - ${rest} properties more`] : []),
    ...because.map(
      ({ path, urn }) =>
        `  - ${code(path)} comes from ${code(urn.split('::').at(-1) ?? urn)}, which ${certain.has(urn) ? 'is' : 'may be'} replaced`,
    ),
  ]
}
