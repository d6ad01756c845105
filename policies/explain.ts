import type { Outcome } from './evaluate.ts'
import type { StackView } from './stack-view.ts'

/** A finding in full: where, what, why, the line to write and the waiver to write. */
export function explain(outcome: Outcome, stack: StackView): string {
  if (outcome.verdict === 'passed') return ''
  const { rule, resource } = outcome
  return [
    `${rule.control} ${stack.path(resource)} (${resource.type}): ${said(outcome)}`,
    `  holds where kept: ${rule.title}; else ${rule.why}`,
    ...(outcome.verdict === 'failed' ? [`  write: ${outcome.finding.fix}`] : [UNDECIDED]),
    `  or, if it is meant, in policies/waivers.ts: ${waiverOf(outcome, stack)}`,
    `  ${rule.remediation}`,
  ].join('\n')
}

const UNDECIDED =
  '  write: a value that the program knows, or refer to a resource of the same stack'

/** The finding in a few words: `storageEncrypted is not set`. */
export function said(outcome: Outcome): string {
  if (outcome.verdict === 'passed') return ''
  return outcome.verdict === 'failed'
    ? `${outcome.finding.property} ${outcome.finding.problem}`
    : `could not be evaluated: ${outcome.reason.message}`
}

const waiverOf = ({ rule, resource }: Outcome, { stack }: StackView): string =>
  `{ control: '${rule.control}', resource: '${resource.name}', stack: '${stack}', reason: '…', owner: '…', expires: 'YYYY-MM-DD', ticket: '…' }`
