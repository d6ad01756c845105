import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterEach, expect, inject, test, vi } from 'vitest'
import type { Cache as CacheOf } from './cache.ts'
import { testRedis } from '../testing/test-redis.ts'
import {
  connections,
  gate,
  expectStaleLoadForgotten,
  slowLoad,
  TTL_SECONDS,
  value,
} from './testing.ts'

type Cache = CacheOf<string>

const redisUrl = inject('redisUrl')
const { open, close } = connections()
afterEach(() => {
  vi.restoreAllMocks()
  return close()
})

async function redisInstance(service: string, url = redisUrl): Promise<Cache> {
  const connection = open(service, url)
  await vi.waitFor(() => expect(connection.redis?.status).toBe('ready'), 15_000)
  return connection.cache('things', TTL_SECONDS, String)
}

const redisInstances = async (): Promise<[Cache, Cache]> => {
  const service = `fixture-${randomUUID()}`
  return [await redisInstance(service), await redisInstance(service)]
}

test.skipIf(!redisUrl)(
  '[needs redis-server] a load that began before an invalidation is not kept, nor given to who asks after it',
  async () => {
    await expectStaleLoadForgotten(await redisInstance(`fixture-${randomUUID()}`))
  },
)

test.skipIf(!redisUrl)('[needs redis-server] what one instance loaded another finds', async () => {
  const [one, two] = await redisInstances()
  await one.getOrLoad('a', value('shared'))
  expect(await two.getOrLoad('a', value('own'))).toBe('shared')
  expect(two.getOrLoad('a', value('own'))).toBe('shared') // from its own memory now
})

test.skipIf(!redisUrl)(
  '[needs redis-server] an instance sees what another invalidated',
  async () => {
    const [one, two] = await redisInstances()
    let text = 'old'
    const load = async () => text
    await two.getOrLoad('a', load)
    await vi.waitFor(
      async () => {
        text = randomUUID()
        await one.invalidate(['a'])
        await vi.waitFor(async () => expect(await two.getOrLoad('a', load)).toBe(text), 500)
      },
      { timeout: 15_000 },
    )
  },
)

test.skipIf(!redisUrl)(
  '[needs redis-server] an instance that was cut off from the others forgets what it may not have heard of',
  async () => {
    await using redis = await testRedis()
    const service = `fixture-${randomUUID()}`
    const [one, two] = [
      await redisInstance(service, redis.url),
      await redisInstance(service, redis.url),
    ]
    await expectBusWorks(one, two)
    await two.getOrLoad('a', value('kept'))
    const slow = slowLoad('read before')
    const late = two.getOrLoad('b', slow.load)
    await slow.begun
    await cutOffListeners(redis.url)
    await vi.waitFor(() => expect(two.known('a')).toBeUndefined(), 15_000)
    slow.release()
    expect(await late).toBe('read before')
    expect(two.known('b')).toBeUndefined()
  },
)

async function cutOffListeners(url: string): Promise<void> {
  const admin = new Redis(url)
  await admin.client('KILL', 'TYPE', 'pubsub')
  admin.disconnect()
}

test.skipIf(!redisUrl)(
  '[needs redis-server] a value under load in one instance while another invalidates is not kept',
  async () => {
    const [one, two] = await redisInstances()
    await expectBusWorks(one, two)
    const slow = slowLoad('old')
    const first = two.getOrLoad('raced', slow.load)
    await slow.begun
    await one.invalidate(['raced', 'signal'])
    await vi.waitFor(async () => expect(await two.getOrLoad('signal', value('2'))).toBe('2'))
    slow.release()
    await first
    expect(await two.getOrLoad('raced', value('new'))).toBe('new')
  },
)

test.skipIf(!redisUrl)(
  '[needs redis-server] what a late load put into Redis after an invalidation is soon gone everywhere',
  async () => {
    const service = `fixture-${randomUUID()}`
    const [writer, loader, reader] = await Promise.all([1, 2, 3].map(() => redisInstance(service)))
    await expectBusWorks(writer as Cache, loader as Cache)
    const slow = slowLoad('old')
    const late = loader?.getOrLoad('raced', slow.load)
    await slow.begun
    const told = holdMessages()
    const invalidated = writer?.invalidate(['raced'])
    await told.waiting // it is gone from Redis, and nobody else has heard of it
    slow.release()
    await late
    told.release()
    await invalidated
    for (const cache of [writer, loader, reader])
      await vi.waitFor(
        async () => expect(await cache?.getOrLoad('raced', value('new'))).toBe('new'),
        5_000,
      )
  },
)

test.skipIf(!redisUrl)(
  '[needs redis-server] what is on its way from Redis while another instance invalidates it is not kept',
  async () => {
    const [one, two] = await redisInstances()
    await expectBusWorks(one, two)
    await one.getOrLoad('raced', value('old'))
    const found = holdAnswers()
    const late = two.getOrLoad('raced', value('unused'))
    await found.waiting
    await one.invalidate(['raced', 'signal'])
    await vi.waitFor(() => expect(two.known('signal')).toBeUndefined())
    found.release()
    expect(await late).toBe('old')
    expect(two.known('raced')).toBeUndefined()
  },
)

/** Holds back what Redis answers to look-ups, until `release`. */
function holdAnswers() {
  const { pass, waiting, release } = gate()
  const get: Redis['get'] = Reflect.get(Redis.prototype, 'get')
  vi.spyOn(Redis.prototype, 'get').mockImplementation(async function (this: Redis, key) {
    const answer = await get.call(this, key)
    await pass()
    return answer
  })
  return { waiting, release }
}

/** Holds back what instances say to each other, until `release`. */
function holdMessages() {
  const { pass, waiting, release } = gate()
  const publish: Redis['publish'] = Reflect.get(Redis.prototype, 'publish')
  vi.spyOn(Redis.prototype, 'publish').mockImplementation(async function (
    this: Redis,
    channel,
    message,
  ) {
    await pass()
    return publish.call(this, channel, message)
  })
  return { waiting, release }
}

/** Resolves when an invalidation in `one` reaches `two`; leaves 'signal' cached in both as '1'. */
async function expectBusWorks(one: Cache, two: Cache): Promise<void> {
  await vi.waitFor(
    async () => {
      const text = randomUUID()
      await two.getOrLoad('signal', value('stale'))
      await one.invalidate(['signal'])
      await vi.waitFor(
        async () => expect(await two.getOrLoad('signal', value(text))).toBe(text),
        500,
      )
    },
    { timeout: 15_000 },
  )
}
