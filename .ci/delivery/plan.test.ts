import type { EngineEvent } from '@pulumi/pulumi/automation/index.js'
import { describe, expect, test } from 'vitest'
import { driftMarkdown, driftOf } from './drift.ts'
import { differences, Plan, planOf } from './plan.ts'
import { planSummary } from './plan-summary.ts'

const urnOf = (name: string, type = 'aws:sqs/queue:Queue') =>
  `urn:pulumi:dev::shop::${type}::${name}`

const metadata = (op: string, name: string, more: object = {}, type = 'aws:sqs/queue:Queue') => ({
  ...{ op, type, urn: urnOf(name, type), provider: '' },
  ...more,
})
const event = (kind: 'resourcePreEvent' | 'resOutputsEvent', of: object): EngineEvent => ({
  sequence: 1,
  timestamp: 1,
  [kind]: { metadata: of },
})
const step = (op: string, name: string, inputs: object, more: object = {}) =>
  event('resourcePreEvent', metadata(op, name, { new: { inputs }, ...more }))

const planned = (...events: EngineEvent[]) => planOf('dev', 'abc', events)

describe('a plan', () => {
  const jobs = step('update', 'jobs', { delaySeconds: 5 }, { diffs: ['delaySeconds'] })
  const approved = planned(step('same', 'other', {}), jobs)

  test('holds what changes, by digest, and no value', () => {
    expect(approved.steps).toMatchObject([
      { op: 'update', urn: urnOf('jobs'), properties: ['delaySeconds'] },
    ])
    expect(JSON.stringify(approved)).not.toContain('5}')
    expect(Plan.parse(JSON.parse(JSON.stringify(approved)))).toEqual(approved)
  })

  test('is the same whatever the order of steps and keys, and the names that the engine draws', () => {
    const one = step('create', 'a', { name: 'a-1a2b3c4', x: 1 })
    const other = step('create', 'a', { x: 1, name: 'a-99f00ff' })
    expect(differences(planned(one, jobs), planned(jobs, other))).toEqual([])
    const named = step('create', 'a', { x: 1, name: 'b-99f00ff' })
    expect(differences(planned(one), planned(named))).toHaveLength(1)
  })

  test.for([
    ['nothing', [jobs], undefined],
    [
      'another value',
      [step('update', 'jobs', { delaySeconds: 6 }, { diffs: ['delaySeconds'] })],
      'approved with other values: update',
    ],
    ['a replacement', [step('replace', 'jobs', { delaySeconds: 5 })], 'not approved: replace'],
    ['one more resource', [jobs, step('create', 'more', {})], 'not approved: create'],
    ['one less', [], 'approved and no longer to be done: update'],
  ] as const)('that differs by %s is told by step', ([, events, said]) => {
    const lines = differences(approved, planned(...events))
    if (said === undefined) expect(lines).toEqual([])
    else expect(lines.join('\n')).toContain(said)
  })

  test('of another stack or revision is another plan', () => {
    expect(differences(approved, planOf('prod', 'abc', [jobs]))[0]).toBe(
      'approved was stack dev, this is prod',
    )
    expect(differences(approved, planOf('dev', 'def', [jobs]))[0]).toContain('revision abc')
  })

  test('says to who approves it what is lost and what policies refuse, before all else', () => {
    const policyEvent = {
      ...{ resourceUrn: urnOf('jobs'), message: 'SQS.1 jobs: @all', color: 'never' },
      ...{
        policyName: 'SQS.1',
        policyPackName: 'p',
        policyPackVersion: '1',
        policyPackVersionTag: '1',
      },
      enforcementLevel: 'mandatory' as const,
    }
    const database = metadata('replace', 'db', { new: { inputs: {} } }, 'aws:rds/instance:Instance')
    const text = planSummary(
      planned(event('resourcePreEvent', database), { sequence: 1, timestamp: 1, policyEvent }),
    )
    const lines = text.split('\n')
    expect(lines[0]).toBe('### Plan for `dev` at `abc`: 1 replace')
    expect(lines[3]).toBe('> - 🔴 **replace** `rds.Instance` `db`, loses data')
    expect(lines[6]).toBe('> - mandatory `SQS.1` `jobs`: `SQS.1 jobs: @all`')
  })
})

describe('drift', () => {
  const found = driftOf([
    event('resourcePreEvent', metadata('refresh', 'jobs')),
    event('resOutputsEvent', metadata('same', 'other')),
    event(
      'resOutputsEvent',
      metadata('update', 'jobs', {
        old: { outputs: { delay: 5 } },
        new: { outputs: { delay: 6 } },
      }),
    ),
    event('resOutputsEvent', metadata('delete', 'gone')),
    event('resOutputsEvent', metadata('update', 'build', {}, 'docker-build:index:Image')),
  ])

  test('is what a refresh finds changed or gone in AWS, by path', () => {
    expect(found).toEqual([
      { what: 'gone', type: 'sqs.Queue', name: 'gone', properties: [] },
      { what: 'changed', type: 'sqs.Queue', name: 'jobs', properties: ['delay'] },
    ])
  })

  test('is written with what to do about it', () => {
    const text = driftMarkdown('dev', found)
    expect(text).toContain('- **changed** `sqs.Queue` `jobs`: `delay`')
    expect(text).toContain('`pulumi up --stack dev --refresh`')
  })
})
