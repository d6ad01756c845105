import { shortType } from '../../../platform/preview/stack-preview.ts'
import type { StackChanges } from '../stack-changes.ts'
import { byComponent, losesSomething, type Marked, sums } from './by-component.ts'
import { code, html } from './code.ts'
import type { Detail } from './detail.ts'
import { property } from './property.ts'
import { signedUsd } from './words.ts'

/** A part that opens by a click for each component of a stack: those that lose something first, then the largest. */
export function stackDetails(changes: StackChanges, detail: Detail): string[] {
  const { stack, diff, cost } = changes
  const groups = byComponent(changes)
  if (groups.length === 0) return []
  const certain = new Set(diff.replaced.map(({ urn }) => urn))
  return [
    `#### ${code(stack)}`,
    '',
    ...groups.flatMap(([name, marked]) => [
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
  const isLost = losesSomething({ mark, change })
  return [
    `- ${isLost ? '🔴 ' : ''}**${mark}** ${code(shortType(type))} ${code(name)}` +
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
