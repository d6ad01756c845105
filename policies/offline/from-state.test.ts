import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verdictOf } from '../check.ts'
import { explain, said } from '../explain.ts'
import { RULES } from '../rules.ts'
import { failuresOf } from '../verdict.ts'
import { readState } from './from-state.ts'

const OUTSIDE = join(import.meta.dirname, '..', 'testing', 'outside')

const judged = (file: string, controls?: string[]) => {
  const rules = RULES.filter(({ control }) => controls?.includes(control) ?? true)
  return verdictOf(readState(file), { rules, waivers: [], today: '2026-01-01' })
}

describe('an app of somebody else, with awsx, public subnets and open groups', () => {
  const verdict = judged(join(OUTSIDE, 'guestbook.state.json'))

  test('gets its list of findings', async () => {
    const lines = failuresOf(verdict)
      .map(one => `${one.rule.control} ${verdict.stack.path(one.resource)}: ${said(one)}`)
      .sort()
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(
      join(OUTSIDE, 'guestbook.findings.txt'),
    )
  })

  test('is read to the end: rules beside a group, what awsx made, older names of types', () => {
    const text = failuresOf(verdict)
      .map(one => explain(one, verdict.stack))
      .join('\n')
    expect(text).toContain(
      'EC2.19 database (vpc.SecurityGroupIngressRule): cidrIpv4 opens tcp 5432',
    )
    expect(text).toContain('EC2.15 app / app-public-1 (ec2.Subnet): mapPublicIpOnLaunch is true')
    expect(text).toContain('RDS.46 app (rds.Instance): dbSubnetGroupName has subnets with a route')
    expect(text).toContain('S3.2 uploads (s3.Bucket): acl grants READ to everybody')
  })
})

const QUEUE = 'urn:pulumi:live::app::aws:sqs/queue:Queue::jobs'

describe('a file', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'state-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const file = (content: unknown) => {
    const path = join(folder, 'state.json')
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }
  const queue = (inputs: object, more: object = {}) => ({
    urn: QUEUE,
    type: 'aws:sqs/queue:Queue',
    custom: true,
    inputs,
    ...more,
  })
  const of = (...resources: object[]) => file({ version: 3, deployment: { resources } })

  test('of preview --json leaves what is unknown undecided, which fails', () => {
    const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
    const steps = [{ op: 'create', urn: QUEUE, newState: queue({ policy: unknown }) }]
    const failures = failuresOf(judged(file({ steps }), ['SQS.3']))
    expect(failures.map(said)).toEqual([
      'could not be evaluated: policy is known only once it is created',
    ])
  })

  test('may hold secrets: one that was decrypted is read, another is undecided', () => {
    const signature = { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270' }
    const open = of(queue({ policy: { ...signature, value: '{"Statement":[]}' } }))
    expect(failuresOf(judged(open, ['SQS.3']))).toEqual([])
    const closed = of(queue({ policy: { ...signature, ciphertext: 'v1:…' } }))
    expect(failuresOf(judged(closed, ['SQS.3'])).map(said)).toEqual([
      'could not be evaluated: policy is secret',
    ])
  })

  test('may hold what is looked up or about to be deleted: neither is checked', () => {
    const path = of(queue({}, { external: true }), queue({}, { delete: true }))
    expect(judged(path, ['SQS.1']).judged).toEqual([])
  })

  test.for([
    ['{', 'is not JSON'],
    [{}, 'holds no stack of Pulumi; write one with: pulumi stack export'],
    [{ deployment: { resources: [] } }, 'has no resources'],
  ] as const)('with %j is refused', ([content, message]) => {
    expect(() => readState(file(content))).toThrow(message)
  })
})
