import { styleText } from 'node:util'
import { explain } from '../explain.ts'
import { failuresOf, isClean, type Verdict } from '../verdict.ts'
import type { Waiver } from '../waiver.ts'
import type { ControlSummary } from './summary.ts'

const COLOURS = {
  passed: 'green',
  failed: 'red',
  waived: 'yellow',
  'not applicable': 'dim',
  'not decidable': 'dim',
} as const satisfies Record<ControlSummary['state'], Parameters<typeof styleText>[0]>

/** The verdict by control, each finding in full, the waivers, and the sum. */
export function printVerdict(verdict: Verdict, summary: readonly ControlSummary[]): string[] {
  const { stack, expired, unused, judged } = verdict
  return [
    styleText(
      'bold',
      `${stack.project} ${stack.stack}: ${judged.length} checks of ${summary.length} controls`,
    ),
    '',
    ...summary.map(line),
    '',
    ...failuresOf(verdict).map(failure => `${explain(failure, stack)}\n`),
    ...waiversOf(verdict),
    ...expired.map(one =>
      problem(one, `expired on ${one.expires}; put it right, or agree on it anew`),
    ),
    ...unused.map(one => problem(one, 'waives nothing; delete it')),
    `${stack.stack}: ${sumOf(verdict, summary)}`,
    '',
  ]
}

/** `104 of 136 controls passed, 38 not applicable, 32 waived, 0 failed` */
export function sumOf(verdict: Verdict, summary: readonly ControlSummary[]): string {
  const count = (state: ControlSummary['state']) =>
    summary.filter(one => one.state === state).length
  const applicable = summary.length - count('not applicable') - count('not decidable')
  const findings = failuresOf(verdict).length
  const waivers = verdict.expired.length + verdict.unused.length
  return styleText(
    isClean(verdict) ? 'green' : 'red',
    [
      `${count('passed')} of ${applicable} controls passed`,
      `${count('not applicable')} not applicable`,
      `${count('waived')} waived`,
      `${count('failed')} failed${findings > 0 ? ` (${findings} findings)` : ''}`,
      ...(waivers > 0 ? [`${waivers} waivers expired or unused`] : []),
    ].join(', '),
  )
}

function line({ control, state, asked, passed, waived, failed, undecided, title }: ControlSummary) {
  const details =
    asked === 0
      ? ''
      : ` ${passed}/${asked}${waived > 0 ? `, ${waived} waived` : ''}${failed > 0 ? `, ${failed} failed` : ''}${undecided > 0 ? `, ${undecided} not decided` : ''}`
  return `${styleText(COLOURS[state], state.padEnd(14))} ${control.padEnd(20)} ${title}${styleText('dim', details)}`
}

/** Each waiver that something stands by, with how many findings. */
function waiversOf({ judged }: Verdict): string[] {
  const waived = judged.filter(({ waiver }) => waiver !== undefined)
  const byWaiver = Map.groupBy(waived, ({ waiver }) => waiver)
  if (byWaiver.size === 0) return []
  return [
    styleText('bold', 'waived'),
    ...[...byWaiver].flatMap(([waiver, of]) =>
      waiver
        ? `  ${waiver.control} ${waiver.resource}: ${of.length}, until ${waiver.expires}, ${waiver.owner}, ${waiver.ticket}: ${waiver.reason}`
        : [],
    ),
    '',
  ]
}

const problem = ({ control, resource, ticket }: Waiver, what: string): string =>
  `${styleText('red', 'waiver')} of ${control} for "${resource}" (${ticket}) ${what}`
