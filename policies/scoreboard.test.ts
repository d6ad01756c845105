import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { allControls, CONTROLS, UNDECIDABLE } from './controls.ts'
import { coverage, isCovered, printScoreboard, scoreboard } from './reports/scoreboard.ts'
import { RULES } from './rules.ts'
import { FIXTURES } from './testing/all-fixtures.ts'

const controls = allControls(RULES)
const scores = scoreboard(controls, RULES, FIXTURES, UNDECIDABLE)

/** As many as there are. More is progress and goes in here; less is a loss. */
const COVERED = { core: 102, cluster: 13, extra: 27, tag: 20, own: 14 }

test('no control loses its rule, its fixtures or its place in the table', () => {
  expect(coverage(scores)).toEqual(
    Object.fromEntries(Object.entries(COVERED).map(([set, count]) => [set, [count, count]])),
  )
})

test('each control has a rule that is tried both ways, or a reason why it can not be decided', () => {
  const without = scores.filter(score => !isCovered(score) && score.undecidable === undefined)
  expect(without.map(({ id }) => id)).toEqual([])
  for (const id of Object.keys(UNDECIDABLE)) expect(CONTROLS.map(one => one.id)).toContain(id)
})

test('each rule and each fixture is of a control that there is', () => {
  const ids = new Set(controls.map(({ id }) => id))
  expect(RULES.filter(({ control }) => !ids.has(control)).map(({ control }) => control)).toEqual([])
  expect(Object.keys(FIXTURES).filter(id => !ids.has(id))).toEqual([])
})

test('rules of one control say the same of it', () => {
  for (const [control, rules] of Map.groupBy(RULES, one => one.control)) {
    const said = rules.map(({ title, severity, remediation }) =>
      [title, severity, remediation].join(),
    )
    expect(new Set(said).size, control).toBe(1)
  }
})

test('a lost rule is seen: it takes its control off the board', () => {
  const fewer = scoreboard(
    controls,
    RULES.filter(({ control }) => control !== 'RDS.3'),
    FIXTURES,
    {},
  )
  expect(coverage(fewer)['core']).toEqual([101, 102])
  expect(printScoreboard(fewer).join('\n')).toMatch(/RDS\.3 .*NO RULE/)
})

test('the table holds each control once', () => {
  const lines = readFileSync(join(import.meta.dirname, 'controls.tsv'), 'utf8')
    .trim()
    .split('\n')
  expect(lines).toHaveLength(CONTROLS.length + 1)
  expect(new Set(CONTROLS.map(({ id }) => id)).size).toBe(CONTROLS.length)
})
