import * as pulumi from '@pulumi/pulumi'
import { describe, expect, test } from 'vitest'
import { defineService } from '../../apps/shared/manifest.ts'
import type { Grants } from './need-statements.ts'
import { executionStatements, taskStatements } from './permissions.ts'

const NOTHING: Grants = {
  account: {
    id: pulumi.output('123456789012'),
    partition: pulumi.output('aws'),
    region: 'eu-west-1',
  },
  repositoryArn: 'repository-arn',
  logGroupArn: 'log-arn',
  keyArn: 'key-arn',
  secretArn: undefined,
  database: undefined,
  tableArn: undefined,
  mail: undefined,
  sms: false,
  pushApplicationArns: [],
  events: undefined,
  exec: undefined,
}
const EVERYTHING: Grants = {
  ...NOTHING,
  secretArn: 'secret-arn',
  database: { resourceId: 'db-ABC', role: 'orders' },
  tableArn: 'table-arn',
  events: {
    topicArn: 'topic-arn',
    keyArn: 'events-key-arn',
    queue: { arn: 'queue-arn', deadLetterArn: 'dead-arn' },
  },
  mail: { identityArn: 'identity-arn', configurationSetArn: 'configuration-arn' },
  sms: true,
  pushApplicationArns: ['arn:aws:sns:eu-west-1:1:app/APNS/shop'],
  exec: { logGroupArn: 'exec-arn' },
}
const service = (change: object) =>
  defineService({ name: 'orders', description: 'Orders', routes: [], ...change })

/** Action to the resources on which it is allowed. */
async function allowed(
  statements: ReturnType<typeof taskStatements>,
): Promise<Record<string, string[]>> {
  const resolved = await new Promise<typeof statements>(resolve =>
    pulumi.output(statements).apply(value => resolve(value as typeof statements)),
  )
  const result: Record<string, string[]> = {}
  for (const { Action, Resource, NotResource, Effect } of resolved) {
    expect(Effect).toBe('Allow')
    for (const action of [Action].flat())
      (result[action] ??= []).push(
        ...([Resource ?? []].flat() as string[]),
        ...([NotResource ?? []].flat() as string[]).map(arn => `all but ${arn}`),
      )
  }
  return result
}

describe("a task's own role", () => {
  test('has nothing where the manifest needs nothing, whatever exists', async () => {
    expect(await allowed(taskStatements(service({}), { ...EVERYTHING, exec: undefined }))).toEqual(
      {},
    )
  })

  test.for([
    [
      'a database',
      { needs: { database: true } },
      { 'rds-db:connect': ['arn:aws:rds-db:eu-west-1:123456789012:dbuser:db-ABC/orders'] },
    ],
    ['a cache, by password', { needs: { cache: true } }, {}],
    ['tokens, by HTTP', { needs: { tokens: true } }, {}],
    [
      'a table',
      { needs: { table: { partitionKey: 'id' } } },
      {
        'dynamodb:GetItem': ['table-arn'],
        'dynamodb:PutItem': ['table-arn'],
        'dynamodb:UpdateItem': ['table-arn'],
        'dynamodb:DeleteItem': ['table-arn'],
        'dynamodb:Query': ['table-arn'],
        'dynamodb:ConditionCheckItem': ['table-arn'],
        'kms:Decrypt': ['key-arn'],
        'kms:GenerateDataKey': ['key-arn'],
      },
    ],
    [
      'mail',
      { needs: { mail: true } },
      {
        'ses:SendEmail': ['identity-arn', 'configuration-arn'],
        'ses:ListSuppressedDestinations': ['*'],
      },
    ],
    [
      'text messages, to phones alone',
      { needs: { sms: true } },
      { 'sns:Publish': ['all but arn:aws:sns:*:*:*'] },
    ],
    [
      'push messages, to apps alone',
      { needs: { push: true } },
      {
        'sns:CreatePlatformEndpoint': ['arn:aws:sns:eu-west-1:1:app/APNS/shop'],
        'sns:Publish': ['arn:aws:sns:eu-west-1:1:endpoint/APNS/shop/*'],
        'sns:DeleteEndpoint': ['arn:aws:sns:eu-west-1:1:endpoint/APNS/shop/*'],
        'sns:SetEndpointAttributes': ['arn:aws:sns:eu-west-1:1:endpoint/APNS/shop/*'],
      },
    ],
    [
      'events to publish',
      { publishes: ['order.placed'] },
      {
        'sns:Publish': ['topic-arn'],
        'kms:Decrypt': ['events-key-arn'],
        'kms:GenerateDataKey': ['events-key-arn'],
      },
    ],
    [
      'events to read',
      { consumes: ['payment.completed'] },
      {
        'sqs:ReceiveMessage': ['queue-arn'],
        'sqs:DeleteMessage': ['queue-arn'],
        'sqs:ChangeMessageVisibility': ['queue-arn'],
        'sqs:GetQueueAttributes': ['queue-arn', 'dead-arn'],
        'sqs:SendMessage': ['dead-arn'],
        'kms:Decrypt': ['events-key-arn'],
        'kms:GenerateDataKey': ['events-key-arn'],
      },
    ],
  ] as const)('%s', async ([, change, expected]) => {
    const grants = { ...EVERYTHING, exec: undefined }
    expect(await allowed(taskStatements(service(change), grants))).toEqual(expected)
  })

  test('sends nothing where the stack sends nothing', async () => {
    const manifest = service({ needs: { mail: true, sms: true, push: true } })
    expect(await allowed(taskStatements(manifest, NOTHING))).toEqual({})
  })

  test('sessions of execute-command are the only actions on all resources, as AWS has no level below', async () => {
    const actions = await allowed(taskStatements(service({}), EVERYTHING))
    const onAll = Object.entries(actions).filter(([, resources]) => resources.includes('*'))
    expect(onAll.map(([action]) => action).sort()).toEqual([
      'logs:DescribeLogGroups',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ])
    expect(actions['logs:PutLogEvents']).toEqual(['exec-arn', 'exec-arn:*'])
  })
})

describe('the role by which ECS starts a task', () => {
  const pull = {
    'ecr:GetAuthorizationToken': ['*'],
    'ecr:BatchCheckLayerAvailability': ['repository-arn'],
    'ecr:BatchGetImage': ['repository-arn'],
    'ecr:GetDownloadUrlForLayer': ['repository-arn'],
    'logs:CreateLogStream': ['log-arn:*'],
    'logs:PutLogEvents': ['log-arn:*'],
  }

  test('reads no secret where the service has none', async () => {
    expect(await allowed(executionStatements(NOTHING))).toEqual(pull)
  })

  test("reads the service's own secret", async () => {
    expect(await allowed(executionStatements(EVERYTHING))).toEqual({
      ...pull,
      'secretsmanager:GetSecretValue': ['secret-arn'],
      'kms:Decrypt': ['key-arn'],
    })
  })

  test('reads the master secret for migrations only', async () => {
    const master = { arn: 'master-arn', keyArn: 'database-key-arn' }
    expect(await allowed(executionStatements(EVERYTHING, master))).toMatchObject({
      'secretsmanager:GetSecretValue': ['secret-arn', 'master-arn'],
      'kms:Decrypt': ['key-arn', 'database-key-arn'],
    })
    expect(await allowed(executionStatements(NOTHING, master))).toMatchObject({
      'secretsmanager:GetSecretValue': ['master-arn'],
      'kms:Decrypt': ['database-key-arn'],
    })
  })
})
