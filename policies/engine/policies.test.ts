import type { ReportViolation } from '@pulumi/policy'
import { describe, expect, test } from 'vitest'
import { fail, rule, stackRule } from '../rule.ts'
import { policiesOf, SELF_CHECK } from './policies.ts'

const about = { title: 'T', severity: 'high', why: 'it would be bad' } as const

const own = rule('sqs.Queue', {
  ...about,
  control: 'SQS.1',
  check: ({ inputs }) =>
    inputs.sqsManagedSseEnabled === true ? undefined : fail('sqsManagedSseEnabled', 'is off', 'on'),
})
const cross = stackRule('sqs.Queue', {
  ...about,
  control: 'SQS.9',
  check: ({ inputs }) => (inputs.name === 'a' ? undefined : fail('name', 'is wrong', 'a')),
})

const URN = 'urn:pulumi:dev::shop::aws:sqs/queue:Queue::queue'
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'

interface Said {
  message: string
  level: string | undefined
}

/** As the SDK of policies calls them: of a resource before it is made, and of all at the end. */
function asked(rules: Parameters<typeof policiesOf>[0]['rules'], props: object, only?: string[]) {
  const said: Said[] = []
  const report = ((violation: string | { message: string; enforcementLevel?: string }) => {
    if (typeof violation === 'string') said.push({ message: violation, level: undefined })
    else said.push({ message: violation.message, level: violation.enforcementLevel })
  }) as ReportViolation
  const resource = { type: 'aws:sqs/queue:Queue', name: 'queue', urn: URN, props }
  const opts = { protect: false }
  const policies = policiesOf({ rules, waivers: [], today: '2026-01-01' }).filter(
    ({ name }) => !only || only.includes(name),
  )
  type Validate = ((args: object, report: ReportViolation) => void) | undefined
  for (const { validateResource } of policies)
    (validateResource as Validate)?.({ ...resource, opts }, report)
  const made = { ...resource, dependencies: [], propertyDependencies: {} }
  for (const { validateStack } of policies)
    (validateStack as Validate)?.({ resources: [made] }, report)
  return said
}

test('a rule on one resource speaks before it is made, one on the stack at the end', () => {
  const said = asked([own, cross], { name: 'b' })
  expect(said.map(({ message }) => message.split('\n')[0])).toEqual([
    'SQS.1 queue (sqs.Queue): sqsManagedSseEnabled is off',
    'SQS.9 queue (sqs.Queue): name is wrong',
  ])
  expect(said.map(({ level }) => level)).toEqual([undefined, undefined])
})

describe('an unknown value', () => {
  const said = asked([own, cross], { name: UNKNOWN, sqsManagedSseEnabled: UNKNOWN })

  test('is a warning that names the property, for each rule that needs it', () => {
    expect(said.map(({ level }) => level)).toEqual(['advisory', 'advisory'])
    expect(said[0]?.message).toContain('sqsManagedSseEnabled is known only once it is created')
  })

  test('is said to be checked at construction only where a rule sees the resource alone', () => {
    expect(said[0]?.message).toContain('checked at construction')
    expect(said[1]?.message).toContain('not checked before the end')
  })
})

test('what the rule does not ask for may be unknown', () => {
  expect(asked([own], { name: UNKNOWN, sqsManagedSseEnabled: true })).toEqual([])
})

test('a control that did not answer is a violation, with its name', () => {
  expect(asked([own, cross], { name: 'a', sqsManagedSseEnabled: true })).toEqual([])
  const said = asked([own, cross], { name: 'a', sqsManagedSseEnabled: true }, ['SQS.1', SELF_CHECK])
  expect(said).toHaveLength(1)
  expect(said[0]?.message).toContain('1 of 2 controls were not evaluated: SQS.9')
  expect(said[0]?.level).toBeUndefined()
})

test('a control of the table that lost its rules is a violation, with its name', () => {
  const [policy] = policiesOf({
    rules: [],
    expected: ['RDS.3'],
    waivers: [],
    today: '2026-01-01',
  }).slice(-1)
  const said: string[] = []
  const validateStack = policy?.validateStack as
    | ((args: object, report: (message: string) => void) => void)
    | undefined
  validateStack?.({ resources: [] }, message => void said.push(message))
  expect(said).toEqual([expect.stringContaining('1 of 1 controls were not evaluated: RDS.3')])
})

test('resources that no rule was asked about before they were made are missed', () => {
  const [policy] = policiesOf({ rules: [], waivers: [], today: '2026-01-01' }).slice(-1)
  const said: string[] = []
  const made = {
    type: 'aws:sqs/queue:Queue',
    name: 'queue',
    urn: URN,
    props: {},
    dependencies: [],
    propertyDependencies: {},
  }
  const validateStack = policy?.validateStack as
    | ((args: object, report: (message: string) => void) => void)
    | undefined
  validateStack?.({ resources: [made] }, message => void said.push(message))
  expect(said).toEqual([
    expect.stringContaining('none of 1 resources of AWS was seen before it was made'),
  ])
})
