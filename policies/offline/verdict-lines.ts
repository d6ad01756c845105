import { styleText } from 'node:util'
import type { StackPreview } from '../../platform/preview/stack-preview.ts'
import { verdictOf } from '../check.ts'
import { allControls, UNDECIDABLE } from '../controls.ts'
import { said } from '../explain.ts'
import { sumOf } from '../reports/table.ts'
import { summaryOf } from '../reports/summary.ts'
import { RULES } from '../rules.ts'
import { failuresOf } from '../verdict.ts'
import { todayOf } from '../waiver.ts'
import { WAIVERS } from '../waivers.ts'
import { factsOf } from './from-preview.ts'

/** The verdict on a recorded stack in short, for the offline preview: the sum, and a line for each finding. */
export function verdictLines(preview: StackPreview): string[] {
  const verdict = verdictOf(factsOf(preview), {
    rules: RULES,
    waivers: WAIVERS,
    today: todayOf(new Date()),
  })
  const summary = summaryOf(verdict, allControls(RULES), UNDECIDABLE)
  const failures = failuresOf(verdict)
  return [
    `${styleText('bold', 'policies')}: ${sumOf(verdict, summary)}`,
    ...failures.map(
      one =>
        `  ${styleText('red', one.rule.control)} ${verdict.stack.path(one.resource)}: ${said(one)}`,
    ),
    ...(failures.length > 0 ? ['  in full: npm run policies'] : []),
    '',
  ]
}
