import { describe, test } from 'vitest'
import { evaluate } from './evaluate.ts'
import { said } from './explain.ts'
import { RULES } from './rules.ts'
import { FIXTURES } from './testing/all-fixtures.ts'
import { programsOf } from './testing/fixtures.ts'
import { recorded } from './testing/record.ts'

/** What the rules of one control say of a program. */
async function saidOf(control: string, program: () => unknown) {
  const rules = RULES.filter(rule => rule.control === control)
  const outcomes = evaluate(rules, await recorded(program))
  return {
    findings: outcomes.flatMap(one => (one.verdict === 'failed' ? said(one) : [])),
    undecided: outcomes.flatMap(one => (one.verdict === 'unknown' ? one.reason.message : [])),
  }
}

describe.for(Object.entries(FIXTURES))('%s', ([control, { passes, fails, unknown = {} }]) => {
  test.concurrent.for(Object.entries(passes))('accepts: %s', async ([, program], { expect }) => {
    expect(await saidOf(control, program)).toEqual({ findings: [], undecided: [] })
  })

  test.concurrent.for(programsOf(fails))('finds: %s', async ([message, program], { expect }) => {
    const { findings, undecided } = await saidOf(control, program)
    expect(findings[0]).toContain(message)
    // The same thing said of several resources, and nothing beside it.
    expect(new Set(findings).size).toBe(1)
    expect(undecided).toEqual([])
  })

  test.concurrent.for(programsOf(unknown))(
    'can not decide: %s',
    async ([message, program], { expect }) => {
      const { findings, undecided } = await saidOf(control, program)
      expect(undecided.join('\n')).toContain(message)
      expect(findings).toEqual([])
    },
  )
})
