import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import Ajv from 'ajv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { policies } from '../offline/policies.ts'
import { RULES } from '../rules.ts'
import type { Waiver } from '../waiver.ts'

const require = createRequire(import.meta.url)
const schema = (path: string) => JSON.parse(readFileSync(require.resolve(path), 'utf8')) as object

class Store extends pulumi.ComponentResource {
  constructor(name: string) {
    super('shop:test:Store', name)
    new aws.sqs.Queue(`${name}-<queue>`, { region: 'ap-south-1' }, { parent: this })
    new aws.kms.Key(`${name}-key`, { policy: 'no JSON' }, { parent: this })
    new aws.cloudwatch.LogGroup(`${name}-log`, { retentionInDays: 7 }, { parent: this })
  }
}

const WAIVER: Waiver = {
  control: 'CloudWatch.16',
  resource: 'store-log',
  stack: 'dev',
  reason: 'a log of "tests" & nothing else, kept for a week',
  owner: 'team',
  expires: '2099-12-31',
  ticket: '#1',
}

const ROOT = join(import.meta.dirname, '..', '..')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reports-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function run(argv: string[], waivers: Waiver[] = [WAIVER], program?: () => unknown) {
  const lines: string[] = []
  const complaints: string[] = []
  const file = (name: string) => join(folder, name)
  writeFileSync(file('Pulumi.yaml'), 'name: shop\nruntime: nodejs\n')
  writeFileSync(file('Pulumi.dev.yaml'), 'config: { aws:region: eu-west-1 }\n')
  const code = await policies({
    argv,
    root: folder,
    rules: RULES,
    waivers,
    today: '2026-06-30',
    load: async () => program ?? (() => void new Store('store')),
    print: line => void lines.push(line),
    complain: line => void complaints.push(line),
  })
  return { code, text: lines.join('\n'), complaints: complaints.join('\n'), file }
}

interface Sarif {
  runs: [
    {
      results: {
        ruleId: string
        message: { text: string }
        locations: [
          {
            physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } }
            logicalLocations: [{ fullyQualifiedName: string }]
          },
        ]
        suppressions?: { justification: string }[]
      }[]
    },
  ]
}

describe('SARIF', () => {
  const read = async () => {
    const { file } = await run(['--sarif', join(folder, 'out.sarif')])
    return JSON.parse(readFileSync(file('out.sarif'), 'utf8')) as Sarif
  }
  const validator = () => {
    const ajv = new Ajv({ schemaId: 'auto' })
    ajv.addMetaSchema(schema('ajv/lib/refs/json-schema-draft-04.json'))
    return ajv.compile(schema('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'))
  }

  test('is valid by the schema of the standard', async () => {
    const validate = validator()
    const sarif = await read()
    validate(sarif)
    expect(validate.errors).toBeNull()
    expect(sarif.runs[0].results.length).toBeGreaterThan(5)
    expect(validate({ ...sarif, version: '2.0.0' })).toBe(false)
  })

  test('points at the line of the program that makes the resource', async () => {
    const sarif = await read()
    const found = sarif.runs[0].results.find(({ ruleId }) => ruleId === 'SQS.1')
    const [location] = found?.locations ?? []
    expect(location?.logicalLocations[0].fullyQualifiedName).toBe('store / store-<queue>')
    // This file is outside of the folder that the run takes for the repository.
    expect(location?.physicalLocation.artifactLocation.uri).toBe('Pulumi.yaml')
  })

  test('says why a waived finding is suppressed', async () => {
    const sarif = await read()
    const found = sarif.runs[0].results.find(({ ruleId }) => ruleId === 'CloudWatch.16')
    expect(found?.suppressions?.[0]?.justification).toBe(WAIVER.reason)
  })
})

test('the table says of each finding where, what, why, the line to write and the waiver', async () => {
  const { code, text } = await run([])
  expect(code).toBe(1)
  expect(text).toContain('SQS.1 store / store-<queue> (sqs.Queue): kmsMasterKeyId is not set')
  expect(text).toContain('else who gets at the storage can read all messages')
  expect(text).toContain('write: kmsMasterKeyId: key.arn, or sqsManagedSseEnabled: true')
  expect(text).toContain("{ control: 'SQS.1', resource: 'store-<queue>', stack: 'dev', reason:")
  expect(text).toContain('sqs-controls.html#sqs-1')
  expect(text).toMatch(/dev: \d+ of \d+ controls passed, \d+ not applicable, 1 waived, \d+ failed/)
  expect(text).toContain('CloudWatch.16 store-log: 1, until 2099-12-31, team, #1: a log of "tests"')
})

test('what can not be decided fails with its own message', async () => {
  const { text } = await run([])
  expect(text).toContain(
    'KMS.5 store / store-key (kms.Key): could not be evaluated: policy is no JSON',
  )
})

test('JUnit has a case for each check, with failures, errors and what is waived', async () => {
  const { file } = await run(['--junit', join(folder, 'out.xml')])
  const xml = readFileSync(file('out.xml'), 'utf8')
  expect(xml).toMatch(
    /<testcase classname="SQS\.1" name="store \/ store-&lt;queue&gt;"><failure message="kmsMasterKeyId is not set">/,
  )
  expect(xml).toMatch(/<testcase classname="KMS\.5" [^>]*><error message="could not be evaluated/)
  expect(xml).toContain('<skipped message="a log of &quot;tests&quot; &amp; nothing else')
  const [, tests, failures, errors, skipped] =
    /tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/.exec(xml) ?? []
  expect(xml.match(/<testcase /g)).toHaveLength(Number(tests))
  expect(xml.match(/<failure /g)).toHaveLength(Number(failures))
  expect(xml.match(/<error /g)).toHaveLength(Number(errors))
  expect(xml.match(/<skipped /g)).toHaveLength(Number(skipped))
})

test('JSON has the same for programs', async () => {
  const { file } = await run(['--json', join(folder, 'out.json')])
  const json = JSON.parse(readFileSync(file('out.json'), 'utf8')) as {
    stacks: { stack: string; controls: object[]; findings: { control: string; path: string }[] }[]
  }
  const [stack] = json.stacks
  expect(stack?.stack).toBe('dev')
  expect(stack?.findings).toContainEqual(
    expect.objectContaining({
      control: 'SQS.1',
      path: 'store / store-<queue>',
      property: 'kmsMasterKeyId',
      fix: 'kmsMasterKeyId: key.arn, or sqsManagedSseEnabled: true',
    }),
  )
})

test('expired and unused waivers fail a stack that is clean otherwise, and are named', async () => {
  const unused = { ...WAIVER, resource: 'nothing' }
  const { code, text } = await run([], [{ ...WAIVER, expires: '2026-06-29' }, unused])
  expect(code).toBe(1)
  expect(text).toContain('waiver of CloudWatch.16 for "store-log" (#1) expired on 2026-06-29')
  expect(text).toContain('waiver of CloudWatch.16 for "nothing" (#1) waives nothing; delete it')
})

test.for([
  [['--stack', 'test'], 'there is no stack "test": Pulumi.STACK.yaml exists for dev'],
  [['--stak', 'dev'], "Unknown option '--stak'"],
  [['--sarif', 'none/out.sarif'], '--sarif none/out.sarif: there is no folder none'],
  [['--state', 'none.json'], 'cannot read'],
  [['--state', 'none.json', '--stack', 'dev'], 'give one of them'],
] as const)('%j exits with 2 and says what is allowed', async ([argv, message]) => {
  const { code, complaints } = await run([...argv])
  expect(code).toBe(2)
  expect(complaints).toContain(message)
})

test("the program's own error fails", async () => {
  const { code, complaints } = await run([], [], () => {
    throw new Error('shop:zones is 4')
  })
  expect(code).toBe(1)
  expect(complaints).toMatch(/^stack dev: shop:zones is 4\n {4}at /)
})

test('--list is the scoreboard', async () => {
  const { code, text } = await run(['--list'])
  expect(code).toBe(0)
  expect(text).toMatch(/core +RDS\.3 .*\(rds\.Instance; 2 accepted, 2 found\)/)
  expect(text).toContain('core: 102 of 102 with fixtures')
})

test('places of our own stack are lines of files that are there', async () => {
  const { recordFacts } = await import('../offline/record-facts.ts')
  const { default: program } = await import('../../platform/index.ts')
  const { facts, locate } = await recordFacts({
    root: ROOT,
    stacks: ['dev'],
    program: () => program(),
  })
  const resources = facts[0]?.resources.filter(({ type }) => type !== 'stack') ?? []
  const places = resources.map(resource => locate(resource))
  expect(places.filter(place => place === undefined)).toEqual([])
  const database = resources.find(({ type }) => type === 'rds.Instance')
  const place = database && locate(database)
  expect(place?.file).toBe('platform/data/database-instance.ts')
  const line = readFileSync(join(ROOT, place?.file ?? ''), 'utf8').split('\n')[
    (place?.line ?? 0) - 1
  ]
  expect(line).toContain('new aws.rds.Instance(')
})
