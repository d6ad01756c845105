import { evaluate, viewOf } from './evaluate.ts'
import type { Rule } from './rule.ts'
import type { StackFacts } from './stack-view.ts'
import { judge, type Verdict } from './verdict.ts'
import type { Waiver } from './waiver.ts'

export interface Judging {
  rules: readonly Rule[]
  waivers: readonly Waiver[]
  /** Such as 2026-12-31. */
  today: string
}

/** All rules on a whole stack. */
export const verdictOf = (facts: StackFacts, { rules, waivers, today }: Judging): Verdict =>
  judge(evaluate(rules, facts), viewOf(facts), waivers, today)
