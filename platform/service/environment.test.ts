import * as pulumi from '@pulumi/pulumi'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineService } from '../../apps/shared/manifest.ts'
import { type AwsSupplies, awsEnvironment, internalUrl } from './environment.ts'

const EVERYTHING: AwsSupplies = {
  region: 'eu-west-1',
  publicUrl: 'https://shop.example.com',
  version: '1.2.3',
  corsOrigins: ['https://a.example', 'https://b.example'],
  database: { address: 'db.test', poolSize: 5 },
  cacheUrl: 'rediss://orders:password@cache.test:6379',
  tableName: 'shop-dev-orders',
  events: {
    topicArn: 'arn:aws:sns:eu-west-1:1:events',
    queue: { url: 'https://queue.test', deadLetterUrl: 'https://dead.test' },
  },
  mail: { from: 'shop@shop.example.com', configurationSetName: 'shop-dev' },
  sms: true,
  pushApplications: { ios: 'arn:aws:sns:eu-west-1:1:app/APNS/shop' },
  callTokens: new Map([['stock', 't'.repeat(48)]]),
  paymentGateway: { kind: 'stripe', secretKey: 'sk_test_1', webhookSecret: 'whsec_1' },
  secrets: { apiKey: 'generated' },
}
const NOTHING: AwsSupplies = {
  ...EVERYTHING,
  database: undefined,
  cacheUrl: undefined,
  tableName: undefined,
  mail: undefined,
  sms: false,
  pushApplications: {},
  events: undefined,
  callTokens: new Map(),
  secrets: {},
}
const service = (change: object) =>
  defineService({ name: 'orders', description: 'Orders', routes: [], ...change })

/** The variables beside those that every service has. */
async function variables(change: object, supplies = EVERYTHING, config = {}) {
  const { plain, secret } = awsEnvironment(
    service(change),
    { logLevel: 'info', settings: {}, ...config },
    supplies,
  )
  const resolved = await new Promise<Record<string, string>>(resolve =>
    pulumi.output(plain).apply(value => resolve(value)),
  )
  return { plain: resolved, secret: Object.keys(secret).sort() }
}

test('every service listens to all addresses on the one port, and knows where it is', async () => {
  const { plain } = await variables({}, { ...NOTHING }, { logLevel: 'debug' })
  expect(plain).toEqual({
    HOST: '0.0.0.0',
    PORT: '8080',
    PUBLIC_URL: 'https://shop.example.com',
    SERVICE_VERSION: '1.2.3',
    LOG_LEVEL: 'debug',
    CORS_ORIGINS: 'https://a.example,https://b.example',
    TRUSTED_PROXY_HOPS: '2',
  })
})

test.for([
  [
    'a database: by IAM token, TLS checked against the certificates of RDS, no secret',
    { needs: { database: true } },
    {
      DATABASE_URL: 'postgres://orders@db.test:5433/shop?sslmode=verify-full&sslrootcert=rds',
      DATABASE_IAM_REGION: 'eu-west-1',
      DATABASE_POOL_SIZE: '5',
    },
    [],
  ],
  ['a cache: its URL is a secret', { needs: { cache: true } }, {}, ['CACHE_URL']],
  [
    'tokens: keys of the users service',
    { needs: { tokens: true } },
    { JWKS_URL: 'http://users:8080/.well-known/jwks.json' },
    [],
  ],
  ['a table', { needs: { table: { partitionKey: 'id' } } }, { TABLE_NAME: 'shop-dev-orders' }, []],
  [
    'mail, text messages and push messages',
    { needs: { mail: true, sms: true, push: true } },
    {
      MAIL_FROM: 'shop@shop.example.com',
      MAIL_CONFIGURATION_SET: 'shop-dev',
      SMS_ENABLED: 'true',
      PUSH_IOS_APPLICATION: 'arn:aws:sns:eu-west-1:1:app/APNS/shop',
    },
    [],
  ],
  [
    'events to publish',
    { publishes: ['order.placed'] },
    { EVENTS_TOPIC_ARN: 'arn:aws:sns:eu-west-1:1:events' },
    [],
  ],
  [
    'events to read',
    { consumes: ['order.placed'] },
    { EVENTS_QUEUE_URL: 'https://queue.test', EVENTS_DEAD_LETTER_URL: 'https://dead.test' },
    [],
  ],
  [
    'a payment gateway: what it is may be seen, its keys not',
    { needs: { paymentGateway: true } },
    { PAYMENT_GATEWAY: 'stripe' },
    ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'],
  ],
  [
    'a call: the URL is plain, the token is not',
    { calls: ['stock'] },
    { STOCK_URL: 'http://stock:8080' },
    ['STOCK_TOKEN'],
  ],
] as const)('%s', async ([, change, plain, secret]) => {
  const without = await variables({}, { ...EVERYTHING, secrets: {} })
  const found = await variables(change, { ...EVERYTHING, secrets: {} })
  expect(found.plain).toEqual({ ...without.plain, ...plain })
  expect(found.secret).toEqual(secret)
})

test('settings of the stack and secrets of the manifest', async () => {
  const change = { settings: { minutes: z.coerce.number() }, secrets: { apiKey: z.string() } }
  const { plain, secret } = await variables(change, EVERYTHING, { settings: { minutes: 15 } })
  expect(plain['MINUTES']).toBe('15')
  expect(secret).toEqual(['API_KEY'])
})

test.for([
  ['a database', { needs: { database: true } }],
  ['a cache', { needs: { cache: true } }],
  ['a table', { needs: { table: { partitionKey: 'id' } } }],
  ['a topic', { publishes: ['order.placed'] }],
  ['a queue', { consumes: ['order.placed'] }],
] as const)('%s that nobody supplies is named with the service', async ([what, change]) => {
  await expect(variables(change, NOTHING)).rejects.toThrow(
    `service "orders" needs ${what}, which nobody supplies`,
  )
})

test('a stack that sends no messages is no problem: the service does without', async () => {
  const { plain } = await variables({ needs: { mail: true, sms: true, push: true } }, NOTHING)
  expect(Object.keys(plain).join()).not.toMatch(/MAIL|SMS|PUSH/)
})

test('a call for which there is no token is named', async () => {
  await expect(variables({ calls: ['stock'] }, NOTHING)).rejects.toThrow(
    'service "orders" calls "stock", for which there is no token',
  )
})

test('services find each other by their names', () => {
  expect(internalUrl('stock')).toBe('http://stock:8080')
})
