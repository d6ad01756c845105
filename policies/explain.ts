import type { Outcome } from './evaluate.ts'
import type { StackView } from './stack-view.ts'

/** A finding in full: where, what, why, the line to write and the waiver to write. */
export function explain(outcome: Outcome, stack: StackView): string {
  if (outcome.verdict === 'passed') return ''
  const { rule, resource } = outcome
  return [
    `${rule.control} ${stack.path(resource)} (${resource.type}): ${said(outcome)}`,
    `  holds where kept: ${rule.title}; else ${rule.why}`,
    outcome.verdict === 'failed' ? `  write: ${outcome.finding.fix}` : UNDECIDED,
    `  or, if it is meant, in policies/waivers.ts: ${waiverOf(outcome, stack)}`,
    `  ${rule.remediation}`,
  ].join('\n')
}

const UNDECIDED =
  '  write: a value that the program knows, or refer to a resource of the same stack'

/**
 * In a preview of the engine: a value that nobody knows yet. Rules on one resource are asked again with it, before that
 * resource is made; the others at the end of an update, when all is made.
 */
export const early = (outcome: Outcome, stack: StackView): string =>
  outcome.verdict === 'unknown'
    ? `${outcome.rule.control} ${stack.path(outcome.resource)}: ${outcome.reason.message}: ${outcome.rule.seesStack ? AT_THE_END : AT_CONSTRUCTION}`
    : explain(outcome, stack)

const AT_CONSTRUCTION = 'checked at construction, in "pulumi up" before this resource is made'
const AT_THE_END =
  'not checked before the end of "pulumi up", when it is made; "npm run policies" decides it before'

/** The finding in a few words: `storageEncrypted is not set`. */
export function said(outcome: Outcome): string {
  if (outcome.verdict === 'passed') return ''
  return outcome.verdict === 'failed'
    ? `${outcome.finding.property} ${outcome.finding.problem}`
    : `could not be evaluated: ${outcome.reason.message}`
}

const waiverOf = ({ rule, resource }: Outcome, { stack }: StackView): string =>
  `{ control: '${rule.control}', resource: '${resource.name}', stack: '${stack}', reason: '…', owner: '…', expires: 'YYYY-MM-DD', ticket: '…' }`
