import { shortType } from '../../platform/preview/stack-preview.ts'
import type { Plan } from './plan.ts'

/** A plan on a terminal: a line for each step. */
export const planLines = ({ stack, steps }: Plan): string[] => [
  ...steps.map(
    ({ op, type, urn, properties }) =>
      `${op} ${shortType(type)} ${urn.split('::').at(-1)}${properties.length > 0 ? `: ${properties.join(', ')}` : ''}`,
  ),
  `${stack}: ${steps.length === 0 ? 'nothing changes' : `${steps.length} steps`}`,
]
