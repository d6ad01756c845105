import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { RateLimiterRes } from 'rate-limiter-flexible'
import { afterEach, expect, inject, test, vi } from 'vitest'
import { unauthorized } from '../auth/auth.ts'
import { service } from './http.ts'
import { consume, limitByAddress, rateLimiters } from './rate-limit.ts'
import type { Kit } from '../process/run.ts'
import { fixture } from '../testing/fixture.ts'
import { testRedis } from '../testing/test-redis.ts'
import { startTestService, type TestService } from '../testing/test-service.ts'

const redisUrl = inject('redisUrl')
const services: TestService[] = []
afterEach(() => Promise.all(services.splice(0).map(({ stop }) => stop())))

/** A service whose one route allows `points` requests an hour per address. */
async function limited(points: number, trustedProxyHops: number): Promise<TestService> {
  const limiter = rateLimiters('fixture', undefined)({ name: 'x', points, windowSeconds: 3600 })
  const start = async ({ log }: Kit<typeof fixture>) =>
    service(log, [])
      .get('/limited', limitByAddress(limiter, trustedProxyHops), c => c.text('ok'))
      .get('/fails', limitByAddress(limiter, trustedProxyHops), () => {
        throw unauthorized()
      })
  const started = await startTestService(fixture, start, {
    tokens: { jwksUrl: 'http://127.0.0.1:1/jwks.json' },
    calls: {},
    settings: {},
    secrets: {},
  })
  services.push(started)
  return started
}

const from = (forwarded: string) => ({ headers: { 'x-forwarded-for': forwarded } })
const remaining = async (api: TestService, forwarded: string) => {
  const { headers } = await api.call('/limited', from(forwarded))
  return Number(headers.get('ratelimit-remaining'))
}

test('each answer says how much is left, and past the limit it is a 429 that says until when', async () => {
  const api = await limited(2, 1)
  const answers = []
  for (let count = 0; count < 3; count++) answers.push(await api.call('/limited', from('1.1.1.1')))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
  expect(answers.map(({ headers }) => headers.get('ratelimit-remaining'))).toEqual(['1', '0', '0'])
  for (const { headers } of answers) {
    expect(headers.get('ratelimit-limit')).toBe('2')
    expect(headers.get('ratelimit-reset')).toMatch(/^(3600|35\d\d)$/)
  }
  expect(answers[2]?.body).toMatchObject({
    code: 'too_many_requests',
    title: 'Too Many Requests',
    detail: expect.stringMatching(/^Too many attempts; try again in (3600|35\d\d) s$/),
  })
  expect(answers[2]?.headers.get('retry-after')).toMatch(/^(3600|35\d\d)$/)
  expect(await api.call('/limited', from('1.1.1.2'))).toMatchObject({ status: 200 })
})

test('an attempt that fails is counted and told as well', async () => {
  const api = await limited(5, 1)
  const { status, headers } = await api.call('/fails', from('1.1.1.1'))
  expect([status, headers.get('ratelimit-remaining')]).toEqual([401, '4'])
})

test('entries that a client puts into X-Forwarded-For before the trusted ones do not help it', async () => {
  const api = await limited(10, 1)
  expect(await remaining(api, '1.1.1.1')).toBe(9)
  expect(await remaining(api, '9.9.9.9, 1.1.1.1')).toBe(8)
  expect(await remaining(api, '8.8.8.8,7.7.7.7 ,  1.1.1.1 ')).toBe(7)
  expect(await remaining(api, '1.1.1.1, 2.2.2.2')).toBe(9)
})

test('behind two proxies the last entry but one is the client', async () => {
  const api = await limited(10, 2)
  expect(await remaining(api, '1.1.1.1, 10.0.0.1')).toBe(9)
  expect(await remaining(api, '9.9.9.9, 1.1.1.1, 10.0.0.2')).toBe(8)
})

test('without trusted proxies, or without the header, the address is that of the connection', async () => {
  const direct = await limited(10, 0)
  expect(await remaining(direct, '1.1.1.1')).toBe(9)
  expect(await remaining(direct, '2.2.2.2')).toBe(8)
  const proxied = await limited(10, 1)
  const { headers } = await proxied.call('/limited')
  expect(headers.get('ratelimit-remaining')).toBe('9')
  expect(await remaining(proxied, '')).toBe(8)
})

async function connected(url: string | undefined): Promise<Redis> {
  const redis = new Redis(url ?? '', {
    commandTimeout: 250,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
  })
  redis.on('error', () => {})
  await vi.waitFor(() => expect(redis.status).toBe('ready'), 15_000)
  return redis
}

test.skipIf(!redisUrl)('[needs redis-server] two instances share a limit', async () => {
  const redis = await connected(redisUrl)
  try {
    const limit = { name: randomUUID(), points: 3, windowSeconds: 60 }
    const [one, two] = [
      rateLimiters('fixture', redis)(limit),
      rateLimiters('fixture', redis)(limit),
    ]
    await consume(one, 'ada')
    await consume(two, 'ada')
    expect(await consume(one, 'ada')).toMatchObject({ remainingPoints: 0 })
    await expect(consume(two, 'ada')).rejects.toMatchObject({ status: 429 })
    const other = rateLimiters('other', redis)(limit)
    expect(await consume(other, 'ada')).toMatchObject({ remainingPoints: 2 })
  } finally {
    redis.disconnect()
  }
})

test.skipIf(!redisUrl)(
  '[needs redis-server] with a hung Redis one request waits for it, those after it do not',
  async () => {
    await using server = await testRedis()
    const redis = await connected(server.url)
    try {
      const limiters = rateLimiters('fixture', redis)
      const [logins, mails] = ['logins', 'mails'].map(name =>
        limiters({ name, points: 9, windowSeconds: 60 }),
      )
      server.hang()
      await consume(logins!, 'ada')
      const asked = vi.spyOn(redis, 'sendCommand')
      await consume(logins!, 'ada')
      await consume(mails!, 'ada')
      await logins!.reward('ada')
      await logins!.delete('ada')
      expect(asked).not.toHaveBeenCalled()
    } finally {
      server.wake()
      redis.disconnect()
    }
  },
)

test.skipIf(!redisUrl)(
  '[needs redis-server] when Redis hangs or dies the limit holds per process, and is shared again later',
  async () => {
    await using server = await testRedis()
    const redis = await connected(server.url)
    try {
      const limit = { name: 'x', points: 2, windowSeconds: 60 }
      const [one, two] = [
        rateLimiters('fixture', redis)(limit),
        rateLimiters('fixture', redis)(limit),
      ]
      server.hang()
      await consume(one, 'ada')
      await consume(one, 'ada')
      await expect(consume(one, 'ada')).rejects.toMatchObject({ status: 429 })
      server.wake()
      await server.kill()
      expect(await consume(two, 'ada')).toBeInstanceOf(RateLimiterRes)
      await server.restart()
      await vi.waitFor(() => expect(redis.status).toBe('ready'), 15_000)
      await consume(one, 'bob')
      await consume(two, 'bob')
      await expect(consume(one, 'bob')).rejects.toMatchObject({ status: 429 })
    } finally {
      redis.disconnect()
    }
  },
)
