import { describe, expect, test } from 'vitest'
import { evaluate } from './evaluate.ts'
import { RULES } from './rules.ts'
import { FIXTURES } from './testing/all-fixtures.ts'
import { recorded } from './testing/record.ts'

const verdicts = async (control: string, program: () => unknown) => {
  const rules = RULES.filter(rule => rule.control === control)
  return evaluate(rules, await recorded(program))
}

describe.for(Object.entries(FIXTURES))('%s', ([control, { passes, fails, unknown = {} }]) => {
  test.for(Object.entries(passes))('accepts: %s', async ([, program]) => {
    const outcomes = await verdicts(control, program)
    const said = outcomes.flatMap(outcome => {
      if (outcome.verdict === 'failed')
        return `${outcome.finding.property} ${outcome.finding.problem}`
      return outcome.verdict === 'unknown' ? outcome.reason.message : []
    })
    expect(said).toEqual([])
  })

  test.for(Object.entries(fails))('finds: %s', async ([message, program]) => {
    const outcomes = await verdicts(control, program)
    const said = outcomes.flatMap(outcome =>
      outcome.verdict === 'failed' ? `${outcome.finding.property} ${outcome.finding.problem}` : [],
    )
    expect(said.join('\n')).toContain(message)
  })

  test.for(Object.entries(unknown))('can not decide: %s', async ([message, program]) => {
    const outcomes = await verdicts(control, program)
    const said = outcomes.flatMap(outcome =>
      outcome.verdict === 'unknown' ? outcome.reason.message : [],
    )
    expect(said.join('\n')).toContain(message)
  })
})
