import { expect, test } from 'vitest'
import { z } from 'zod'
import { readConfig } from './config.ts'
import { environmentOf, type Supply } from './environment.ts'
import { defineService } from './manifest.ts'

const manifest = defineService({
  name: 'orders',
  description: 'Orders',
  routes: ['/orders'],
  needs: {
    database: true,
    cache: true,
    tokens: true,
    table: { partitionKey: 'id' },
    mail: true,
    sms: true,
    push: true,
    paymentGateway: true,
  },
  calls: ['inventory', 'card-vault'],
  publishes: ['order.placed'],
  consumes: ['payment.completed'],
  settings: {
    cancelMinutes: z.coerce.number().int().min(1).max(120).default(30),
    dryRun: z.stringbool().default(false),
  },
  secrets: { webhookKey: z.string().min(20) },
})

const supply: Supply<typeof manifest, string> = {
  runtime: {
    host: '127.0.0.1',
    port: 7001,
    publicUrl: 'http://localhost:8080',
    version: '1.2.3',
    logLevel: 'warn',
    corsOrigins: ['http://localhost:3000', 'https://a.example'],
    trustedProxyHops: 2,
    otlpEndpoint: 'http://localhost:4318',
  },
  database: { url: 'postgres://orders:pass@localhost:5432/shop', poolSize: 5 },
  table: { name: 'orders-log' },
  mail: { from: 'shop@shop.example.com', configurationSet: 'shop', folder: '/data/mail' },
  sms: { enabled: true, folder: '/data/mail' },
  push: {
    applications: {
      ios: 'arn:aws:sns:eu-west-1:123456789012:app/APNS/shop',
      android: 'arn:aws:sns:eu-west-1:123456789012:app/GCM/shop',
    },
    folder: '/data/mail',
  },
  events: {
    topicArn: 'arn:aws:sns:eu-west-1:123456789012:shop',
    queueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders',
    deadLetterUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders-dead',
    visibilitySeconds: 20,
  },
  cache: { url: 'redis://localhost:6379' },
  tokens: { jwksUrl: 'http://localhost:8080/.well-known/jwks.json' },
  paymentGateway: { kind: 'stripe', secretKey: 'sk_test_123', webhookSecret: 'whsec_123' },
  calls: {
    inventory: { url: 'http://localhost:7002', token: 'i'.repeat(32) },
    'card-vault': { url: 'http://localhost:7003', token: 'c'.repeat(32) },
  },
  settings: { cancelMinutes: 15, dryRun: true },
  secrets: { webhookKey: 'k'.repeat(20) },
}

const generated = () => {
  const { plain, secret } = environmentOf(manifest, supply)
  return { ...plain, ...secret }
}

test('what is supplied is what the service reads', () => {
  const config = readConfig(manifest, generated())
  expect(config).toEqual({ service: 'orders', ...supply })
})

test('the service reads exactly the variables that are generated, a secret also from a file', () => {
  const database = { ...supply.database, iamRegion: 'eu-west-1' }
  const { plain, secret } = environmentOf(manifest, { ...supply, database })
  const env = { ...plain, ...secret }
  const reads = new Set<string>()
  readConfig(
    manifest,
    new Proxy<Record<string, string>>(env, {
      get: (target, name) => {
        reads.add(String(name))
        return target[String(name)]
      },
    }),
  )
  // With a region DATABASE_URL is no secret, but where it comes from is the same.
  const files = [...Object.keys(secret), 'DATABASE_URL'].map(name => `${name}_FILE`)
  expect([...reads].sort()).toEqual([...Object.keys(env), ...files].sort())
})

test('only what may be shown is plain: no credential of a URL, no token, no secret', () => {
  const { plain, secret } = environmentOf(manifest, supply)
  expect(Object.keys(secret).sort()).toEqual([
    'CACHE_URL',
    'CARD_VAULT_TOKEN',
    'DATABASE_URL',
    'INVENTORY_TOKEN',
    'STRIPE_SECRET_KEY',
    'STRIPE_WEBHOOK_SECRET',
    'WEBHOOK_KEY',
  ])
  expect(Object.values(plain).join()).not.toMatch(/pass|iiii|cccc|kkkk|sk_test|whsec/)
})

test('with a region for IAM there is no password, and the URL may be shown', () => {
  const url = 'postgres://orders@db:5432/shop?sslmode=verify-full&sslrootcert=rds'
  const database = { url, poolSize: 5, iamRegion: 'eu-west-1' }
  const { plain, secret } = environmentOf(manifest, { ...supply, database })
  expect(Object.keys(secret)).not.toContain('DATABASE_URL')
  expect(readConfig(manifest, { ...plain, ...secret }).database).toEqual(database)
})

test('an optional part that is not supplied is not generated', () => {
  const { otlpEndpoint: _, ...runtime } = supply.runtime
  const { events: __, ...others } = supply
  const { plain, secret } = environmentOf<typeof manifest>(manifest, {
    ...others,
    runtime,
    cache: {},
    table: {},
    mail: {},
    sms: {},
    push: {},
    settings: {},
  })
  const names = [...Object.keys(plain), ...Object.keys(secret)]
  expect(names).not.toContain('CACHE_URL')
  expect(names.join()).not.toMatch(/EVENTS|TABLE|IAM|MAIL|SMS|PUSH/)
  expect(names).not.toContain('OTEL_EXPORTER_OTLP_ENDPOINT')
  expect(names).not.toContain('CANCEL_MINUTES')
  expect(readConfig(manifest, { ...plain, ...secret }).settings).toEqual({
    cancelMinutes: 30,
    dryRun: false,
  })
})

test('values of a deployment that are not known yet are handed on untouched', () => {
  const output = { output: 'a Pulumi output' }
  const { plain, secret } = environmentOf<typeof manifest, typeof output>(manifest, {
    ...supply,
    runtime: { ...supply.runtime, publicUrl: output },
    database: { url: output, poolSize: 5 },
    tokens: { jwksUrl: output },
  })
  expect(secret['DATABASE_URL']).toBe(output)
  expect(plain['JWKS_URL']).toBe(output)
})

test('a supply that lacks something which the manifest asks for does not compile', () => {
  const { database, secrets, calls, ...rest } = supply
  const { inventory } = calls
  // @ts-expect-error: no database
  const noNeed: Supply<typeof manifest, string> = { ...rest, secrets, calls }
  // @ts-expect-error: no webhookKey
  const noSecret: Supply<typeof manifest, string> = { ...rest, database, calls, secrets: {} }
  const noCall: Supply<typeof manifest, string> = {
    ...rest,
    database,
    secrets,
    // @ts-expect-error: no card-vault
    calls: { inventory },
  }
  const wrongSetting: Supply<typeof manifest, string> = {
    ...supply,
    // @ts-expect-error: no such setting
    settings: { cancelHours: 1 },
  }
  expect([noNeed, noSecret, noCall, wrongSetting]).toHaveLength(4)
})

test('a need that no supply knows can not be declared', () => {
  const declared = defineService({
    name: 'mailer',
    description: 'Mail',
    routes: [],
    // @ts-expect-error: nobody supplies it
    needs: { fax: true },
  })
  expect(declared.name).toBe('mailer')
})
