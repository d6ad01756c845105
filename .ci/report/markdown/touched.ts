import { shortType } from '../../../platform/preview/stack-preview.ts'
import type { Changes } from '../changes.ts'
import { code } from './code.ts'
import { property } from './property.ts'
import { countsOf } from './table.ts'
import { plural } from './words.ts'

const MAX_COMPONENTS = 8
const MAX_IN_PLACE = 5
const MAX_PROPERTIES = 2

/** What holds data and changes without being lost. */
export function changedInPlace({ stacks }: Changes): string[] {
  const all = stacks.flatMap(({ stack, diff }) =>
    diff.changed
      .filter(({ loses, properties }) => loses !== undefined && properties.length > 0)
      .map(change => ({ stack, change })),
  )
  const lines = all.slice(0, MAX_IN_PLACE).map(({ stack, change: { type, name, properties } }) => {
    const said = properties.slice(0, MAX_PROPERTIES).map(one => property(one, 40))
    const more = properties.length - said.length
    return `- ${code(stack)} changes in place, keeps its data: ${code(shortType(type))} ${code(name)} ${said.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  })
  const rest = all.length - lines.length
  if (lines.length === 0) return []
  return [...lines, ...(rest > 0 ? [`- and ${rest} more that keep their data`] : []), '']
}

/** For each stack: where things change. */
export function touched({ stacks }: Changes): string[] {
  const lines = stacks.flatMap(changes => {
    const { stack, diff } = changes
    if (countsOf(diff).total === 0) return []
    const counts = [...componentCounts(changes)].sort(([, a], [, b]) => b - a)
    const names = counts.slice(0, MAX_COMPONENTS).map(([name, count]) => `${code(name)} ${count}`)
    const rest = counts.length - names.length
    return [
      `- ${code(stack)}: ${names.join(', ')}${rest > 0 ? ` and ${plural(rest, 'component')} more` : ''}`,
    ]
  })
  return lines.length > 0 ? [...lines, ''] : []
}

function componentCounts({ diff, components }: Changes['stacks'][number]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of ['added', 'changed', 'replaced', 'mayBeReplaced', 'removed'] as const)
    for (const { urn, name } of diff[kind]) {
      const component = components[urn] ?? name
      counts.set(component, (counts.get(component) ?? 0) + 1)
    }
  return counts
}
