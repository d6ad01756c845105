import type { Outcome } from './evaluate.ts'
import type { StackView } from './stack-view.ts'
import { covers, isExpired, type Waiver } from './waiver.ts'

/** An outcome with the waiver that it is left standing by. */
export type Judged = Outcome & { readonly waiver?: Waiver }

export interface Verdict {
  readonly stack: StackView
  readonly judged: readonly Judged[]
  /** Waivers of this stack that hold no more. */
  readonly expired: readonly Waiver[]
  /** Waivers of this stack that nothing needs. */
  readonly unused: readonly Waiver[]
}

/** @param today such as 2026-12-31; waivers that ended before it waive nothing */
export function judge(
  outcomes: readonly Outcome[],
  stack: StackView,
  waivers: readonly Waiver[],
  today: string,
): Verdict {
  const used = new Set<Waiver>()
  const judged = outcomes.map((outcome): Judged => {
    if (outcome.verdict === 'passed') return outcome
    const about = {
      control: outcome.rule.control,
      resource: outcome.resource.name,
      stack: stack.stack,
    }
    const matching = waivers.filter(waiver => covers(waiver, about))
    for (const waiver of matching) used.add(waiver)
    const waiver = matching.find(one => !isExpired(one, today))
    return waiver ? { ...outcome, waiver } : outcome
  })
  const ours = waivers.filter(one => covers(one, { ...one, stack: stack.stack }))
  return {
    stack,
    judged,
    expired: ours.filter(one => isExpired(one, today)),
    unused: ours.filter(one => !used.has(one)),
  }
}

/** What must be put right: findings and undecided checks that nobody waived. */
export const failuresOf = ({ judged }: Verdict): Judged[] =>
  judged.filter(({ verdict, waiver }) => verdict !== 'passed' && !waiver)

export const isClean = (verdict: Verdict): boolean =>
  failuresOf(verdict).length === 0 && verdict.expired.length === 0 && verdict.unused.length === 0
