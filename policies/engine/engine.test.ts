import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')
/** The real engine with stand-in providers; a folder beside the repository, where there is one. */
const PULUMI = process.env['PULUMI_TOOL'] ?? join(ROOT, '..', 'shared/tools/pulumi/pulumi.sh')
const INSTALLED = existsSync(PULUMI) && spawnSync(PULUMI, ['version']).status === 0

const PROGRAM = `
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'

const tags = { Project: 'p', Stack: 'test', Service: 's', Owner: 'o', CostCenter: 'c', ManagedBy: 'pulumi' }
const provider = new aws.Provider('aws', { region: 'us-east-1', defaultTags: { tags } })
const on = { provider }
const notification = {
  comparisonOperator: 'GREATER_THAN', notificationType: 'ACTUAL', threshold: 80, thresholdType: 'PERCENTAGE',
  subscriberEmailAddresses: ['a@example.com'],
}
new aws.budgets.Budget('budget', { budgetType: 'COST', timeUnit: 'MONTHLY', limitAmount: '1', limitUnit: 'USD', notifications: [notification] }, on)
const variant = process.env.VARIANT
const queue = new aws.sqs.Queue('queue', variant === 'plain' ? {} : { sqsManagedSseEnabled: true }, on)
const Principal = variant === 'late' ? '*' : { AWS: '123456789012' }
new aws.sqs.QueuePolicy('policy', {
  queueUrl: queue.url,
  // Known only when the queue is there.
  policy: pulumi.jsonStringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: queue.arn }] }),
}, on)
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-'))
  mkdirSync(join(folder, 'state'))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(
    join(folder, 'Pulumi.yaml'),
    'name: fixture\nruntime: { name: nodejs, options: { typescript: false } }\n',
  )
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "fixture", "type": "module", "main": "index.js" }',
  )
  writeFileSync(join(folder, 'index.js'), PROGRAM)
})
afterAll(() => rmSync(folder, { recursive: true }))

function pulumi(variant: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(PULUMI, [...args, '--non-interactive'], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      VARIANT: variant,
      PULUMI_BACKEND_URL: `file://${join(folder, 'state')}`,
      NO_COLOR: '1',
    },
  })
  return { status, text: stdout + stderr }
}

const PACK = ['--policy-pack', join(ROOT, 'policies'), '--stack', 'test']
const checked = (variant: string, command: 'preview' | 'up') =>
  pulumi(variant, command, ...(command === 'up' ? ['--yes', '--skip-preview'] : []), ...PACK)
const made = () => pulumi('', 'stack', 'export', '--stack', 'test').text

describe.skipIf(!INSTALLED)('under the real engine', { timeout: 240_000 }, () => {
  beforeAll(() => {
    expect(pulumi('', 'stack', 'init', 'test').status).toBe(0)
  })

  test('a violation makes the first preview of an empty stack fail, with the whole message', () => {
    const { status, text } = checked('plain', 'preview')
    expect(status, text).not.toBe(0)
    expect(text).toContain('[mandatory]')
    expect(text).toContain('SQS.1 queue (sqs.Queue): kmsMasterKeyId is not set')
    expect(text).toContain('or, if it is meant, in policies/waivers.ts')
  })

  test('a violation makes up fail before the resource itself is made', () => {
    const { status, text } = checked('plain', 'up')
    expect(status, text).not.toBe(0)
    expect(text).toContain('SQS.1 queue (sqs.Queue): kmsMasterKeyId is not set')
    expect(made()).not.toContain('aws:sqs/queue:Queue::queue')
  })

  test('what nobody can know yet is a warning that names the property, and preview goes on', () => {
    const { status, text } = checked('late', 'preview')
    expect(status, text).toBe(0)
    expect(text).toMatch(
      /SQS\.3 policy: policy is known only once it is created: checked at construction/,
    )
  })

  test('and is checked at construction: up fails, and the resource is not made', () => {
    const { status, text } = checked('late', 'up')
    expect(status, text).not.toBe(0)
    expect(text).toContain('SQS.3 policy (sqs.QueuePolicy): policy lets everybody do')
    expect(made()).toContain('aws:sqs/queue:Queue::queue')
    expect(made()).not.toContain('aws:sqs/queuePolicy:QueuePolicy::policy')
  })

  test('a control that is turned off by configuration is missed', () => {
    const config = join(folder, 'config.json')
    writeFileSync(config, JSON.stringify({ 'SQS.3': 'disabled' }))
    const args = [...PACK, '--policy-pack-config', config]
    const { status, text } = pulumi('clean', 'preview', ...args)
    expect(status, text).not.toBe(0)
    expect(text).toMatch(/1 of \d+ controls were not evaluated: SQS\.3/)
  })

  test('a stack that keeps every control goes through', () => {
    const { status, text } = checked('clean', 'up')
    expect(status, text).toBe(0)
    expect(text).not.toContain('[mandatory]')
  })
})
