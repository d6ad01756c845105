import { expect, test } from 'vitest'
import { verdictOf } from './check.ts'
import { allControls } from './controls.ts'
import { fail, rule } from './rule.ts'
import { RULES } from './rules.ts'
import { recorded } from './testing/record.ts'
import { database } from './testing/database.ts'
import { failuresOf, isClean } from './verdict.ts'
import { problemsOf, type Waiver } from './waiver.ts'
import { WAIVERS } from './waivers.ts'

const rules = [
  rule('rds.Instance', {
    control: 'RDS.8',
    title: 'T',
    severity: 'low',
    why: 'it would be bad',
    check: () => fail('deletionProtection', 'is not set', 'deletionProtection: true'),
  }),
]
const waiver: Waiver = {
  control: 'RDS.8',
  resource: 'd*',
  stack: ['prod', 'test'],
  reason: 'a database that is made anew for each test',
  owner: 'team',
  expires: '2026-06-30',
  ticket: '#1',
}
const judged = async (...waivers: Waiver[]) =>
  verdictOf(await recorded(() => database({})), { rules, waivers, today: '2026-06-30' })

test('a waiver lets its finding stand until the end of its last day', async () => {
  const verdict = await judged(waiver)
  expect(failuresOf(verdict)).toEqual([])
  expect(isClean(verdict)).toBe(true)
  expect(verdict.judged[0]?.waiver).toBe(waiver)
})

test('an expired waiver waives nothing and is a failure itself', async () => {
  const verdict = await judged({ ...waiver, expires: '2026-06-29' })
  expect(failuresOf(verdict)).toHaveLength(1)
  expect(verdict.expired).toHaveLength(1)
})

test.for([
  ['control', { control: 'RDS.3' }],
  ['resource', { resource: 'cache' }],
] as const)('a waiver of another %s is unused, which is a failure', async ([, other]) => {
  const verdict = await judged(waiver, { ...waiver, ...other })
  expect(failuresOf(verdict)).toEqual([])
  expect(verdict.unused).toHaveLength(1)
  expect(isClean(verdict)).toBe(false)
})

test('a waiver of another stack is nothing to this one', async () => {
  const verdict = await judged({ ...waiver, stack: 'dev' })
  expect(failuresOf(verdict)).toHaveLength(1)
  expect(verdict.unused).toEqual([])
})

const ids = new Set(allControls(RULES).map(({ id }) => id))

test.for([
  [{ control: 'RDS.999' }, 'there is no control RDS.999'],
  [{ reason: 'because' }, 'the reason "because" is too short for an auditor'],
  [{ owner: ' ' }, 'nobody owns it'],
  [{ ticket: '' }, 'no ticket'],
  [{ expires: 'never' }, 'expires "never" is no day such as 2027-06-30'],
  [{ expires: '2027-13-01' }, 'expires "2027-13-01" is no day'],
] as const)('a waiver with %j is refused', ([wrong, message]) => {
  expect(problemsOf({ ...waiver, ...wrong }, ids).join()).toContain(message)
})

test('our own waivers are well written', () => {
  expect(WAIVERS.flatMap(one => problemsOf(one, ids))).toEqual([])
  expect(problemsOf(waiver, ids)).toEqual([])
})
