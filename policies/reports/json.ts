import { said } from '../explain.ts'
import type { Verdict } from '../verdict.ts'
import type { ControlSummary } from './summary.ts'

/** Everything that a program may want to know of a verdict. */
export const jsonOf = (
  verdicts: readonly { verdict: Verdict; summary: readonly ControlSummary[] }[],
) => ({
  version: 1,
  stacks: verdicts.map(({ verdict: { stack, judged, expired, unused }, summary }) => ({
    project: stack.project,
    stack: stack.stack,
    controls: summary,
    findings: judged
      .filter(({ verdict }) => verdict !== 'passed')
      .map(outcome => ({
        control: outcome.rule.control,
        severity: outcome.rule.severity,
        urn: outcome.resource.urn,
        path: stack.path(outcome.resource),
        message: said(outcome),
        ...(outcome.verdict === 'failed' && outcome.finding),
        ...(outcome.waiver && { waiver: outcome.waiver }),
      })),
    waivers: { expired, unused },
  })),
})
