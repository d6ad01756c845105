import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch'
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineService } from '../../apps/shared/manifest.ts'
import { AwsError, awsStandIn, type StandIn } from '../rollout/testing/aws-stand-in.ts'
import { EcsWorlds } from '../rollout/testing/ecs-worlds.ts'
import { status } from './status.ts'

const EMULATOR = process.env['AWS_ENDPOINT_URL']

const service = (name: string, consumes: readonly string[] = []) =>
  [name, defineService({ name, description: name, routes: [], consumes: [...consumes] })] as const
const system = new Map([service('orders', ['payment.completed']), service('users')])

let root: string
let project: string
let worlds: EcsWorlds
/** What else AWS answers, by operation; without the emulator it is all of SQS and CloudWatch. */
let others: Record<string, (input: Record<string, unknown>) => object>
let standIn: StandIn

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'status-'))
  // A name of its own: the emulator keeps what other tests made.
  project = `shop${randomBytes(4).toString('hex')}`
  writeFileSync(
    join(root, 'Pulumi.yaml'),
    `name: ${project}\nconfig: { region: { type: string, default: us-east-1 } }\n`,
  )
  for (const stack of ['prod', 'prod-eu', 'dev'])
    writeFileSync(join(root, `Pulumi.${stack}.yaml`), '')
  worlds = new EcsWorlds(['orders', 'users'], definition)
  others = {
    GetQueueUrl: ({ QueueName }) => ({ QueueUrl: `${standIn.endpoint}/1/${String(QueueName)}` }),
    GetQueueAttributes: ({ QueueUrl }) => ({
      Attributes: { ApproximateNumberOfMessages: String(QueueUrl).endsWith('-dead') ? '2' : '12' },
    }),
    GetMetricData: () => ({ MetricDataResults: [{ Id: 'q0', Values: [90, 30] }] }),
    DescribeAlarms: ({ AlarmNamePrefix }) => ({
      MetricAlarms: ['users-5xx', 'orders-5xx', 'edge-5xx', 'eu-users-5xx'].map(name => ({
        AlarmName: `${String(AlarmNamePrefix)}${name}`,
        StateValue: name === 'users-5xx' ? 'OK' : 'ALARM',
        StateReason: 'Threshold crossed',
        StateTransitionedTimestamp: BEGUN - 120,
      })),
    }),
  }
  standIn = await awsStandIn({
    answer: (operation, input) => others[operation]?.(input) ?? worlds.answer(operation, input),
  })
  vi.stubEnv('AWS_ENDPOINT_URL', standIn.endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await standIn[Symbol.asyncDispose]()
  rmSync(root, { recursive: true })
})

/** When the first deployment in the emulated ECS began, in seconds. */
const BEGUN = 1_790_000_060
const NOW = new Date((BEGUN + 3 * 3600) * 1000)
const definition = (service: string, revision = 1) =>
  `arn:aws:ecs:us-east-1:1:task-definition/${service}:${revision}`

async function run(...argv: string[]) {
  const printed: string[] = []
  const complained: string[] = []
  const code = await status({
    argv,
    root,
    loadSystem: () => Promise.resolve(system),
    paint: text => `!${text}`,
    print: line => void printed.push(line),
    complain: line => void complained.push(line),
    at: NOW,
  })
  return { code, printed: printed.join('\n'), complained: complained.join('\n') }
}

/** ECS has taken version 2 of orders back. */
function rollBack(): void {
  const orders = worlds.of('orders')
  orders.ending = 'alarm'
  orders.begin(definition('orders', 2))
  const { serviceDeployments } = orders.answer('ListServiceDeployments', {}) as {
    serviceDeployments: { serviceDeploymentArn: string }[]
  }
  const serviceDeploymentArns = serviceDeployments
    .slice(-1)
    .map(({ serviceDeploymentArn }) => serviceDeploymentArn)
  for (let look = 0; look < 3; look += 1)
    orders.answer('DescribeServiceDeployments', { serviceDeploymentArns })
}

test('a stack stands on one screen, and what needs somebody is marked', async () => {
  rollBack()
  const { code, printed } = await run('--stack', 'prod')
  expect(printed.replaceAll(project, 'shop').split('\n')).toEqual([
    'shop-prod in us-east-1, 2026-09-21 17:14 UTC',
    '',
    'service  version   tasks  last deployment      waiting  oldest  dead  alarms',
    'orders   orders:1    2/2  !ROLLED BACK 2 h ago       12   1 min  !   2  !5xx',
    'users    users:1     2/2  done 3 h ago               -       -     -  -',
    '',
    '2 of 3 alarms have gone off',
    '  !shop-prod-edge-5xx  3 h ago  Threshold crossed',
    '  !shop-prod-orders-5xx  3 h ago  Threshold crossed',
  ])
  expect(code).toBe(0)
})

test('--json has all of it', async () => {
  const { printed } = await run('--stack', 'prod', '--json')
  expect(JSON.parse(printed)).toEqual({
    stack: 'prod',
    cluster: `${project}-prod`,
    region: 'us-east-1',
    at: '2026-09-21T17:14:20.000Z',
    services: [
      {
        name: 'orders',
        version: 'orders:1',
        desired: 2,
        running: 2,
        deployment: { status: 'SUCCESSFUL', at: '2026-09-21T14:14:20.000Z' },
        queue: { waiting: 12, oldestSeconds: 90, dead: 2 },
      },
      expect.objectContaining({ name: 'users' }),
    ],
    alarms: 3,
    alarmed: [
      expect.objectContaining({ name: `${project}-prod-edge-5xx`, reason: 'Threshold crossed' }),
      expect.objectContaining({ service: 'orders' }),
    ],
  })
})

test('a service that ECS does not have is named', async () => {
  worlds = new EcsWorlds(['orders'], definition)
  const { printed, code } = await run('--stack', 'prod')
  expect(printed).toMatch(/^users +!NOT THERE +0\/0 +- /m)
  expect(code).toBe(0)
})

test.for([
  [
    'ClusterNotFoundException',
    "can't look at the services of cluster SHOP-prod: the stack has not been deployed there, or the credentials are of another account",
  ],
  ['ExpiredTokenException', 'the AWS credentials have expired: log in again'],
  ['AccessDeniedException', 'the credentials lack this permission'],
] as const)(
  'where AWS answers with %s it says what to do, and ends with 1',
  async ([name, text]) => {
    others['DescribeServices'] = () => {
      throw new AwsError({ name, message: 'what AWS says' })
    }
    const { code, printed, complained } = await run('--stack', 'prod')
    expect({ code, printed }).toEqual({ code: 1, printed: '' })
    expect(complained).toContain(`stack prod in us-east-1: can't look at`)
    expect(complained.replaceAll(project, 'SHOP')).toContain(text)
    expect(complained).toContain(`AWS says: ${name}: what AWS says`)
  },
)

test('a call that is throttled is made again', async () => {
  let times = 0
  others['GetQueueUrl'] = ({ QueueName }) => {
    times += 1
    if (times === 1) throw new AwsError({ name: 'ThrottlingException', message: 'Rate exceeded' })
    return { QueueUrl: `${standIn.endpoint}/1/${String(QueueName)}` }
  }
  expect(await run('--stack', 'prod')).toMatchObject({ code: 0 })
  expect(times).toBe(3)
})

test('without credentials it says so', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined)
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('HOME', root)
  vi.stubEnv('AWS_PROFILE', undefined)
  expect(await run('--stack', 'prod')).toMatchObject({
    code: 1,
    complained: expect.stringContaining('there are no AWS credentials, or AWS does not know them'),
  })
})

test.for([
  [[], '--stack is missing; there is dev, prod, prod-eu'],
  [['--stack', 'prd'], 'there is no stack "prd", no file Pulumi.prd.yaml: did you mean prod?'],
  [['--stack', 'prod', '--verbose'], "Unknown option '--verbose'"],
] as const)('%j is refused: %s', async ([argv, message]) => {
  const { code, complained } = await run(...argv)
  expect(code).toBe(2)
  expect(complained).toContain(message)
  expect(complained).toContain('usage: npm run status')
})

test.runIf(EMULATOR !== undefined)(
  'queues, ages and alarms are those that SQS and CloudWatch have',
  async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', EMULATOR)
    vi.stubEnv('AWS_ENDPOINT_URL_ECS', standIn.endpoint)
    const prefix = `${project}-prod`
    const sqs = new SQSClient({ region: 'us-east-1' })
    for (const [QueueName, messages] of [
      [`${prefix}-orders`, 3],
      [`${prefix}-orders-dead`, 1],
    ] as const) {
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }))
      for (let sent = 0; sent < messages; sent += 1)
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }))
    }
    const cloudwatch = new CloudWatchClient({ region: 'us-east-1' })
    await cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: 'AWS/SQS',
        MetricData: [300, 90].map((seconds, index) => ({
          MetricName: 'ApproximateAgeOfOldestMessage',
          Dimensions: [{ Name: 'QueueName', Value: `${prefix}-orders` }],
          Timestamp: new Date(NOW.getTime() - (5 - 3 * index) * 60_000),
          Value: seconds,
        })),
      }),
    )
    const watch = { MetricName: 'a', Namespace: 'n', Statistic: 'Sum', Period: 60 } as const
    const beyond = {
      Threshold: 1,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    } as const
    for (const AlarmName of [
      `${prefix}-orders-5xx`,
      `${prefix}-users-5xx`,
      `${prefix}-eu-users-5xx`,
    ]) {
      await cloudwatch.send(new PutMetricAlarmCommand({ AlarmName, ...watch, ...beyond }))
      await cloudwatch.send(
        new SetAlarmStateCommand({
          AlarmName,
          StateValue: AlarmName.includes('orders') ? 'ALARM' : 'OK',
          StateReason: 'tried',
        }),
      )
    }
    const { code, printed } = await run('--stack', 'prod', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(printed)).toMatchObject({
      services: [{ name: 'orders', queue: { waiting: 3, oldestSeconds: 90, dead: 1 } }, {}],
      alarms: 2,
      alarmed: [{ name: `${prefix}-orders-5xx`, service: 'orders', reason: 'tried' }],
    })
  },
)
