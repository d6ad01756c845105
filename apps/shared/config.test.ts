import { expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError, readConfig } from './config.ts'
import { type AnyManifest, defineService } from './manifest.ts'

const manifest = defineService({
  name: 'orders',
  description: 'Orders',
  routes: ['/orders'],
  needs: { database: true, cache: true, tokens: true },
  calls: ['inventory'],
  settings: {
    cancelMinutes: z.coerce.number().int().min(1).max(120).default(30),
    currency: z.enum(['EUR', 'USD']),
  },
  secrets: { webhookKey: z.string().min(20, 'must have 20 characters') },
})

const valid = {
  PORT: '7001',
  PUBLIC_URL: 'https://shop.example.com',
  DATABASE_URL: 'postgres://orders:hunter2@db:5432/shop',
  JWKS_URL: 'https://shop.example.com/.well-known/jwks.json',
  INVENTORY_URL: 'http://inventory:7002',
  INVENTORY_TOKEN: 't'.repeat(32),
  CURRENCY: 'EUR',
  WEBHOOK_KEY: 'k'.repeat(20),
}

const problemsOf = (env: Record<string, string | undefined>, of: AnyManifest = manifest) => {
  try {
    readConfig(of, env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const problemWith = (change: Record<string, string | undefined>) =>
  problemsOf({ ...valid, ...change }).join('\n')

test('what may be left out has a default', () => {
  const config = readConfig(manifest, valid)
  expect(config.runtime).toEqual({
    host: '0.0.0.0',
    port: 7001,
    publicUrl: 'https://shop.example.com',
    version: 'dev',
    logLevel: 'info',
    corsOrigins: [],
    trustedProxyHops: 0,
    otlpEndpoint: undefined,
  })
  expect(config.database.poolSize).toBe(8)
  expect(config.cache.url).toBeUndefined()
  expect(config.settings).toEqual({ cancelMinutes: 30, currency: 'EUR' })
})

test('a config has only what its manifest asks for', () => {
  const bare = defineService({ name: 'bare', description: 'Bare', routes: [] })
  const config = readConfig(bare, valid)
  expect(Object.keys(config).sort().join()).toBe('calls,events,runtime,secrets,service,settings')
  // @ts-expect-error: the compiler knows it too
  expect(config.database).toBeUndefined()
})

test('an empty environment is reported as a whole, a line for each variable that is missing', () => {
  const names = problemsOf({}).map(line => line.split(' ')[0])
  expect(names.sort()).toEqual(Object.keys(valid).sort())
})

test('an empty string counts as missing, for a default as well', () => {
  expect(problemWith({ PORT: '' })).toContain('PORT is missing')
  expect(readConfig(manifest, { ...valid, CANCEL_MINUTES: '', HOST: '' })).toMatchObject({
    runtime: { host: '0.0.0.0' },
    settings: { cancelMinutes: 30 },
  })
})

test('a problem says the name, the given value and what is allowed, also of what is missing', () => {
  expect(problemWith({ PORT: '70000' })).toBe(
    'PORT is "70000": must be a whole number from 1 to 65535',
  )
  expect(problemWith({ PORT: undefined })).toBe(
    'PORT is missing (must be a whole number from 1 to 65535)',
  )
  expect(problemWith({ PUBLIC_URL: 'shop' })).toBe(
    'PUBLIC_URL is "shop": must be a URL such as https://shop.example.com',
  )
  expect(problemWith({ LOG_LEVEL: 'loud' })).toMatch(/^LOG_LEVEL is "loud": .*debug.*silent/)
  expect(problemWith({ CURRENCY: 'GBP' })).toMatch(/^CURRENCY is "GBP": .*EUR.*USD/)
  expect(problemWith({ CANCEL_MINUTES: '121' })).toMatch(/^CANCEL_MINUTES is "121": .*120/)
})

test('the message names the service and has every problem', () => {
  expect(() => readConfig(manifest, { ...valid, PORT: 'x', CURRENCY: 'x' })).toThrow(
    /service "orders":\n {2}PORT is "x".*\n {2}CURRENCY is "x"/,
  )
})

test.for(['DATABASE_URL', 'CACHE_URL', 'INVENTORY_TOKEN', 'WEBHOOK_KEY'])(
  'a value of %s that is not allowed is never shown',
  name => {
    const problem = problemWith({ [name]: 'mysql://hunter2' })
    expect(problem).toContain(`${name} is a value (not shown)`)
    expect(problem).not.toContain('hunter2')
  },
)

test('a missing secret is reported as one', () => {
  expect(problemWith({ WEBHOOK_KEY: undefined })).toBe('WEBHOOK_KEY is missing (secret)')
})

test('origins are a list of origins, or *', () => {
  const originsOf = (text: string) =>
    readConfig(manifest, { ...valid, CORS_ORIGINS: text }).runtime.corsOrigins
  expect(originsOf('https://a.example, http://localhost:3000')).toEqual([
    'https://a.example',
    'http://localhost:3000',
  ])
  expect(originsOf('*')).toEqual(['*'])
})

test.for(['a.example', 'https://a.example/', 'https://a.example/shop', 'ftp://a.example'])(
  'an origin that no browser sends is refused: %s',
  origin => {
    expect(problemWith({ CORS_ORIGINS: origin })).toMatch(
      /^CORS_ORIGINS is ".*": must be .*https:\/\/shop\.example\.com.*\*/,
    )
  },
)

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:shop'
const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders'
const EVENT_VARIABLES = {
  EVENTS_TOPIC_ARN: TOPIC,
  EVENTS_QUEUE_URL: QUEUE,
  EVENTS_DEAD_LETTER_URL: `${QUEUE}-dead`,
}
const withEvents = defineService({
  name: 'orders',
  description: 'Orders',
  routes: [],
  publishes: ['order.placed'],
  consumes: ['payment.completed'],
})

test('events go through SNS and SQS when the environment names all of it, and through PostgreSQL when it names nothing', () => {
  expect(readConfig(withEvents, { ...valid, ...EVENT_VARIABLES }).events).toEqual({
    topicArn: TOPIC,
    queueUrl: QUEUE,
    deadLetterUrl: `${QUEUE}-dead`,
  })
  expect(Object.values(readConfig(withEvents, valid).events)).toEqual(Array(3).fill(undefined))
})

test.for(Object.keys(EVENT_VARIABLES))('half of what events need is refused: no %s', name => {
  const problems = problemsOf({ ...valid, ...EVENT_VARIABLES, [name]: undefined }, withEvents)
  expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} is missing `))])
})

test('only the variables of what a service does with events are asked for', () => {
  const { consumes: _, ...rest } = withEvents
  const publisher = defineService({ ...rest, consumes: [] })
  expect(readConfig(publisher, { ...valid, EVENTS_TOPIC_ARN: TOPIC }).events.topicArn).toBe(TOPIC)
  const consumer = defineService({ ...rest, publishes: [], consumes: ['payment.completed'] })
  const { EVENTS_TOPIC_ARN: __, ...queues } = EVENT_VARIABLES
  expect(readConfig(consumer, { ...valid, ...queues }).events.queueUrl).toBe(QUEUE)
})

test('slashes at the end of a URL are dropped', () => {
  expect(
    readConfig(manifest, { ...valid, PUBLIC_URL: 'https://a.example//' }).runtime.publicUrl,
  ).toBe('https://a.example')
})

const till = defineService({
  name: 'till',
  description: 'Takes money',
  routes: [],
  needs: { paymentGateway: true },
})
const TILL = { PORT: '7001', PUBLIC_URL: 'https://shop.example.com' }
const KEYS = { STRIPE_SECRET_KEY: 'sk_live_51Abc', STRIPE_WEBHOOK_SECRET: 'whsec_Abc' }

test.for([
  [{ PAYMENT_GATEWAY: 'sandbox' }, { kind: 'sandbox' }],
  [
    { PAYMENT_GATEWAY: 'stripe', ...KEYS },
    { kind: 'stripe', secretKey: 'sk_live_51Abc', webhookSecret: 'whsec_Abc' },
  ],
] as const)('a payment gateway is what $0 says', ([env, gateway]) => {
  expect(readConfig(till, { ...TILL, ...env }).paymentGateway).toEqual(gateway)
})

test('nobody gets the sandbox without saying so, and Stripe needs its keys', () => {
  expect(problemsOf(TILL, till)).toEqual(['PAYMENT_GATEWAY is missing (must be sandbox or stripe)'])
  expect(problemsOf({ ...TILL, PAYMENT_GATEWAY: 'stripe' }, till)).toEqual([
    'STRIPE_SECRET_KEY is missing (secret)',
    'STRIPE_WEBHOOK_SECRET is missing (secret)',
  ])
  const swapped = {
    STRIPE_SECRET_KEY: KEYS.STRIPE_WEBHOOK_SECRET,
    STRIPE_WEBHOOK_SECRET: KEYS.STRIPE_SECRET_KEY,
  }
  expect(problemsOf({ ...TILL, PAYMENT_GATEWAY: 'stripe', ...swapped }, till)).toEqual([
    'STRIPE_SECRET_KEY is a value (not shown): must be a key of Stripe: sk_live_...',
    'STRIPE_WEBHOOK_SECRET is a value (not shown): must be the secret of a webhook: whsec_...',
  ])
})
