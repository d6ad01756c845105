import type { Control } from '../controls.ts'
import type { Verdict } from '../verdict.ts'

/** What became of one control in one stack. */
export interface ControlSummary {
  control: string
  title: string
  severity: string
  /** Resources that it was asked about. */
  asked: number
  passed: number
  failed: number
  waived: number
  undecided: number
  state: 'passed' | 'failed' | 'waived' | 'not applicable' | 'not decidable'
}

/** One line for each control, in the order of the table. */
export function summaryOf(
  { judged }: Verdict,
  controls: readonly Control[],
  undecidable: Readonly<Record<string, string>>,
): ControlSummary[] {
  const byControl = Map.groupBy(judged, ({ rule }) => rule.control)
  return controls.map(({ id, check }) => {
    const outcomes = byControl.get(id) ?? []
    const open = outcomes.filter(({ verdict, waiver }) => verdict !== 'passed' && !waiver)
    const waived = outcomes.filter(({ waiver }) => waiver !== undefined).length
    const first = outcomes[0]?.rule
    return {
      control: id,
      title: first?.title ?? check,
      severity: first?.severity ?? '',
      asked: outcomes.length,
      passed: outcomes.filter(({ verdict }) => verdict === 'passed').length,
      failed: open.filter(({ verdict }) => verdict === 'failed').length,
      waived,
      undecided: open.filter(({ verdict }) => verdict === 'unknown').length,
      state: stateOf(open.length, waived, outcomes.length, id in undecidable),
    }
  })
}

function stateOf(
  open: number,
  waived: number,
  asked: number,
  isUndecidable: boolean,
): ControlSummary['state'] {
  if (open > 0) return 'failed'
  if (isUndecidable) return 'not decidable'
  if (asked === 0) return 'not applicable'
  return waived > 0 ? 'waived' : 'passed'
}
