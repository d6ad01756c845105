import { shortType } from '../../../platform/preview/stack-preview.ts'
import type { Changes } from '../changes.ts'
import { byComponent, sums } from './by-component.ts'
import { code } from './code.ts'
import { property } from './property.ts'
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
    const groups = byComponent(changes)
    if (groups.length === 0) return []
    const names = groups
      .slice(0, MAX_COMPONENTS)
      .map(([name, marked]) => `${code(name)} ${sums(marked)}`)
    const rest = groups.length - names.length
    return [
      `- ${code(changes.stack)}: ${names.join(' · ')}${rest > 0 ? ` and ${plural(rest, 'component')} more` : ''}`,
    ]
  })
  return lines.length > 0 ? [...lines, ''] : []
}
