import { lostWith } from '../../platform/preview/stateful.ts'
import { shortType } from '../../platform/preview/stack-preview.ts'
import { code } from '../report/markdown/code.ts'
import type { Plan, Step } from './plan.ts'

/** The engine tells a replacement in three steps; this one stands for it. */
const PARTS = new Set(['create-replacement', 'delete-replaced', 'discard-replaced'])
const MAX_LINES = 300

type Policies = Plan['policies']

/** What who approves a deployment reads: what loses data first. */
export function planSummary({ stack, revision, steps, policies }: Plan): string {
  const whole = steps.filter(({ op }) => !PARTS.has(op))
  const lost = whole.filter(step => isLost(step))
  const [refused, advice] = [true, false].map(wanted =>
    policies.filter(({ level }) => (level === 'mandatory') === wanted),
  ) as [Policies, Policies]
  const counts = [...Map.groupBy(whole, ({ op }) => op)].map(([op, of]) => `${of.length} ${op}`)
  return [
    `### Plan for ${code(stack)} at ${code(revision.slice(0, 12))}: ${counts.join(', ') || 'nothing changes'}`,
    '',
    ...(lost.length > 0
      ? ['> [!CAUTION]', ...lost.map(step => `> - 🔴 ${line(step)}, loses ${lostWith(step)}`), '']
      : []),
    ...(refused.length > 0 ? ['> [!WARNING]', ...refused.map(one => `> - ${said(one)}`), ''] : []),
    ...folded(`policies that are advisory here (${advice.length})`, advice.map(said)),
    ...folded(`steps (${whole.length})`, whole.map(line)),
  ].join('\n')
}

const said = ({ level, policy, urn, message }: Policies[number]): string =>
  `${level} ${code(policy)} ${code(nameOf(urn))}: ${code(message)}`

function folded(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  const rest = lines.length - MAX_LINES
  return [
    `<details><summary>${title}</summary>`,
    '',
    ...lines.slice(0, MAX_LINES).map(one => `- ${one}`),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
    '',
    '</details>',
    '',
  ]
}

const isLost = (step: Step): boolean =>
  ['replace', 'delete'].includes(step.op) && lostWith(step) !== undefined

const nameOf = (urn: string): string => urn.split('::').at(-1) ?? urn

const line = ({ op, type, urn, properties }: Step): string =>
  `**${op}** ${code(shortType(type))} ${code(nameOf(urn))}${
    properties.length > 0
      ? `: ${properties
          .slice(0, 8)
          .map(path => code(path))
          .join(', ')}`
      : ''
  }`
