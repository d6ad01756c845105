import type { Control } from '../controls.ts'
import type { Rule } from '../rule.ts'
import { type Fixtures, programsOf } from '../testing/fixtures.ts'

export interface Score extends Control {
  /** Types that its rules look at. */
  types: string[]
  passing: number
  failing: number
  /** Why there is no rule. */
  undecidable?: string
}

/** Every control with its rules and how often they are tried. */
export function scoreboard(
  controls: readonly Control[],
  rules: readonly Rule[],
  fixtures: Fixtures,
  undecidable: Readonly<Record<string, string>>,
): Score[] {
  const byControl = Map.groupBy(rules, ({ control }) => control)
  return controls.map(control => {
    const { passes = {}, fails = {}, unknown = {} } = fixtures[control.id] ?? {}
    const why = undecidable[control.id]
    return {
      ...control,
      types: [...new Set(byControl.get(control.id)?.flatMap(({ types }) => types))],
      passing: Object.keys(passes).length,
      failing: programsOf(fails).length + programsOf(unknown).length,
      ...(why !== undefined && { undecidable: why }),
    }
  })
}

/** Has a rule, and is tried both ways. */
export const isCovered = ({ types, passing, failing }: Score): boolean =>
  types.length > 0 && passing > 0 && failing > 0

/** Covered controls by set: `{ core: [102, 102] }`. */
export function coverage(scores: readonly Score[]): Record<string, [covered: number, of: number]> {
  return Object.fromEntries(
    [...Map.groupBy(scores, ({ set }) => set)].map(([set, of]) => [
      set,
      [of.filter(isCovered).length, of.length],
    ]),
  )
}

export function printScoreboard(scores: readonly Score[]): string[] {
  return [
    ...scores.map(score => {
      const { id, set, check, types, passing, failing, undecidable } = score
      const how =
        undecidable ?? `${types.join(', ') || 'NO RULE'}; ${passing} accepted, ${failing} found`
      return `${set.padEnd(8)}${id.padEnd(20)} ${check}  (${how})`
    }),
    '',
    ...Object.entries(coverage(scores)).map(
      ([set, [covered, of]]) => `${set}: ${covered} of ${of} with fixtures`,
    ),
  ]
}
