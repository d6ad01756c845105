import { expect, test } from 'vitest'
import { type AnyManifest, defineService } from '../../apps/shared/manifest.ts'
import { accountOf } from '../account.ts'
import { type Declared, declared, REGION, text } from '../testing/declared.ts'
import { servingWithDefaults } from '../../apps/shared/bus/bus.ts'
import { DELIVERIES_BEFORE_DEAD, Events, VISIBILITY_SECONDS } from './events.ts'

const service = (name: string, change: object): AnyManifest =>
  defineService({ name, description: name, routes: [], ...change })

const publisher = service('shops', { publishes: ['shop.opened', 'shop.closed'] })
const consumer = service('letters', { consumes: ['shop.opened', 'guest.left'] })
const other = service('ledger', { consumes: ['shop.closed'] })

const events = (...services: AnyManifest[]) =>
  declared(
    opts =>
      new Events(
        'events',
        { prefix: 'shop-dev', account: accountOf(REGION, opts), services },
        opts,
      ),
  )

interface Statement {
  Effect: string
  Principal: unknown
  Action: string | string[]
  Resource: string
  Condition?: Record<string, Record<string, string>>
}
const statements = (declared: Declared, type: string, name: string, property: string) =>
  (JSON.parse(text(declared.one(type, name).inputs[property])) as { Statement: Statement[] })
    .Statement

/** Its ARN, as what is wired to it says it. */
const arnOf = (declared: Declared, queue: string) =>
  text(declared.one('sqs/queue:Queue', queue).inputs['name'])

test('nothing is made where no service has events', async () => {
  const made = await events(service('users', {}))
  expect(made.resources.filter(({ type }) => type.startsWith('aws:'))).toEqual([])
})

test('each consumer has a queue that gets the types of events that it consumes, as they were sent', async () => {
  const made = await events(publisher, consumer, other)
  const got = Object.fromEntries(
    made.all('TopicSubscription').map(({ name, inputs, propertyDependencies }) => {
      expect(inputs).toMatchObject({ protocol: 'sqs', rawMessageDelivery: true })
      expect(propertyDependencies['endpoint']).toEqual([
        made.one('sqs/queue:Queue', name.replace('subscription', 'queue')).urn,
      ])
      return [name, [inputs['filterPolicyScope'], JSON.parse(text(inputs['filterPolicy']))]]
    }),
  )
  expect(got).toEqual({
    'events-letters-subscription': ['MessageAttributes', { type: ['guest.left', 'shop.opened'] }],
    'events-ledger-subscription': ['MessageAttributes', { type: ['shop.closed'] }],
  })
})

test('an event that fails, or can not be delivered, ends in the dead letters of its consumer alone', async () => {
  const made = await events(publisher, consumer)
  const dead = arnOf(made, 'events-letters-dead')
  const redrive = (type: string, name: string) =>
    JSON.parse(text(made.one(type, name).inputs['redrivePolicy'])) as Record<string, unknown>
  expect(redrive('sqs/queue:Queue', 'events-letters-queue')).toEqual({
    deadLetterTargetArn: expect.stringMatching(`:${dead}$`),
    maxReceiveCount: 5,
  })
  expect(redrive('TopicSubscription', 'events-letters-subscription')).toEqual({
    deadLetterTargetArn: expect.stringMatching(`:${dead}$`),
  })
  const { redriveAllowPolicy } = made.one('RedriveAllowPolicy').inputs
  expect(JSON.parse(text(redriveAllowPolicy))).toEqual({
    redrivePermission: 'byQueue',
    sourceQueueArns: [expect.stringMatching(`:${arnOf(made, 'events-letters-queue')}$`)],
  })
})

test.for(['queue', 'dead'])(
  'only the topic may send to a %s of a consumer, and nobody without TLS',
  async kind => {
    const made = await events(publisher, consumer)
    const [send, refuse, ...more] = statements(
      made,
      'QueuePolicy',
      `events-letters-${kind}-policy`,
      'policy',
    )
    expect(more).toEqual([])
    expect(send).toMatchObject({
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: expect.stringMatching(`:${arnOf(made, `events-letters-${kind}`)}$`),
      Condition: {
        ArnEquals: { 'aws:SourceArn': expect.stringMatching(/:sns:.*:shop-dev-events$/) },
      },
    })
    expect(refuse).toMatchObject({
      Effect: 'Deny',
      Principal: '*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    })
  },
)

test('the topic may encrypt what it puts into the queues, by the key that both have', async () => {
  const made = await events(publisher, consumer)
  const key = made.one('kms/key:Key')
  for (const { propertyDependencies, name } of [
    ...made.all('sqs/queue:Queue'),
    ...made.all('sns/topic:Topic'),
  ])
    expect(propertyDependencies['kmsMasterKeyId'], name).toEqual([key.urn])
  expect(statements(made, 'kms/key:Key', key.name, 'policy')).toContainEqual(
    expect.objectContaining({
      Principal: { Service: 'sns.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Condition: { ArnEquals: { 'aws:SourceArn': expect.stringMatching(/:shop-dev-events$/) } },
    }),
  )
})

test('a queue is subscribed once the topic may send to it: before, events would be lost', async () => {
  const made = await events(publisher, consumer)
  const { dependencies } = made.one('TopicSubscription')
  for (const policy of made.all('QueuePolicy')) expect(dependencies).toContain(policy.urn)
})

test('queues give up and hand over again when consumers think that they do', () => {
  const { deliveries, visibilitySeconds, handlerSeconds } = servingWithDefaults({
    consumer: 'orders',
    consumes: [],
  })
  expect(DELIVERIES_BEFORE_DEAD).toBe(deliveries)
  expect(VISIBILITY_SECONDS).toBe(visibilitySeconds)
  expect(handlerSeconds).toBeLessThan(visibilitySeconds)
})
