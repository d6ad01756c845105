import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { afterEach, expect, inject, test, vi } from 'vitest'
import { type Cache as CacheOf, type CacheConnection, openCache } from './cache.ts'

const SILENT = pino({ level: 'silent' })
type Cache = CacheOf<string>

const TTL_SECONDS = 60
const redisUrl = inject('redisUrl')
const opened: CacheConnection[] = []

/** An instance of a service, with its view of the cache; in memory alone. */
function instance(service: string): Cache {
  const connection = openCache(service, undefined, SILENT)
  opened.push(connection)
  return connection.cache('things', TTL_SECONDS, String)
}

async function redisInstance(service: string): Promise<Cache> {
  const connection = openCache(service, redisUrl, SILENT)
  opened.push(connection)
  await vi.waitFor(() => expect(connection.redis?.status).toBe('ready'), 15_000)
  return connection.cache('things', TTL_SECONDS, String)
}
const redisInstances = async (): Promise<[Cache, Cache]> => {
  const service = `fixture-${randomUUID()}`
  return [await redisInstance(service), await redisInstance(service)]
}
afterEach(() => Promise.all(opened.splice(0).map(connection => connection.close())))

const value = (text: string | undefined) => vi.fn(async () => text)

test('a value is loaded once and then known', async () => {
  const cache = instance('fixture')
  const load = value('one')
  expect(await cache.getOrLoad('a', load)).toBe('one')
  expect(await cache.getOrLoad('a', load)).toBe('one')
  expect(await cache.getOrLoad('b', value('two'))).toBe('two')
  expect(load).toHaveBeenCalledTimes(1)
})

test('many who want a value that is not there yet wait for one load', async () => {
  const cache = instance('fixture')
  const load = value('one')
  const found = await Promise.all(
    Array.from({ length: 50 }, async () => cache.getOrLoad('a', load)),
  )
  expect(new Set(found)).toEqual(new Set(['one']))
  expect(load).toHaveBeenCalledTimes(1)
})

test('undefined is not kept', async () => {
  const cache = instance('fixture')
  expect(await cache.getOrLoad('a', value(undefined))).toBeUndefined()
  expect(await cache.getOrLoad('a', value('there now'))).toBe('there now')
})

test('a load that fails fails for who asked, and the next one tries again', async () => {
  const cache = instance('fixture')
  const failing = async () => {
    throw new Error('no database')
  }
  await expect(async () => cache.getOrLoad('a', failing)).rejects.toThrow('no database')
  expect(await cache.getOrLoad('a', value('one'))).toBe('one')
})

test('many who want a value that is missing, or can not be had, wait for one load too', async () => {
  const cache = instance('fixture')
  const missing = value(undefined)
  await Promise.all(Array.from({ length: 20 }, async () => cache.getOrLoad('a', missing)))
  expect(missing).toHaveBeenCalledTimes(1)
  const failing = vi.fn(async () => Promise.reject(new Error('no database')))
  const results = Array.from({ length: 20 }, async () => cache.getOrLoad('b', failing))
  expect((await Promise.allSettled(results)).every(({ status }) => status === 'rejected')).toBe(
    true,
  )
  expect(failing).toHaveBeenCalledTimes(1)
})

test('after an invalidation the value is loaded anew, and others stay', async () => {
  const cache = instance('fixture')
  const other = value('other')
  await cache.getOrLoad('a', value('old'))
  await cache.getOrLoad('b', other)
  await cache.invalidate(['a', 'never cached'])
  expect(await cache.getOrLoad('a', value('new'))).toBe('new')
  expect(await cache.getOrLoad('b', other)).toBe('other')
  expect(other).toHaveBeenCalledTimes(1)
})

test('a value in memory is there at once, until its time is over', async () => {
  const cache = instance('fixture')
  await cache.getOrLoad('a', value('old'))
  expect(cache.getOrLoad('a', value('unused'))).toBe('old')
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + TTL_SECONDS * 1000)
  try {
    expect(await cache.getOrLoad('a', value('new'))).toBe('new')
  } finally {
    clock.mockRestore()
  }
})

test('an invalidation leaves the loads of other keys alone', async () => {
  const cache = instance('fixture')
  const slow = slowLoad('kept')
  const first = cache.getOrLoad('other', slow.load)
  await slow.begun
  await cache.invalidate(['a'])
  slow.release()
  await first
  expect(cache.getOrLoad('other', value('unused'))).toBe('kept')
})

test('what a value is made of is read once, however often the value is asked for', async () => {
  const connection = openCache('fixture', undefined, SILENT)
  opened.push(connection)
  const parse = vi.fn((text: string) => ({ text }))
  const cache = connection.cache('things', TTL_SECONDS, parse)
  const first = await cache.getOrLoad('a', value('one'))
  expect(first).toEqual({ text: 'one' })
  expect(cache.known('a')).toBe(first)
  expect(cache.getOrLoad('a', value('unused'))).toBe(first)
  expect(parse).toHaveBeenCalledTimes(1)
})

test('namespaces and services do not share keys', async () => {
  const connection = openCache('fixture', undefined, SILENT)
  opened.push(connection)
  await connection.cache('one', 60, String).getOrLoad('a', value('of one'))
  expect(await connection.cache('two', 60, String).getOrLoad('a', value('of two'))).toBe('of two')
})

/** A load that has read its value and waits to hand it over. */
function slowLoad(text: string) {
  const begun = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const load = async () => {
    begun.resolve()
    await released.promise
    return text
  }
  return { load, begun: begun.promise, release: () => released.resolve() }
}

async function expectStaleLoadForgotten(cache: Cache): Promise<void> {
  const slow = slowLoad('old')
  const first = cache.getOrLoad('raced', slow.load)
  await slow.begun
  await cache.invalidate(['raced'])
  const second = cache.getOrLoad('raced', value('new')) // not what is under way
  slow.release()
  expect(await first).toBe('old')
  expect(await second).toBe('new')
  expect(await cache.getOrLoad('raced', value('newest'))).toBe('new')
}

test('a load that began before an invalidation is not kept, nor given to who asks after it', async () => {
  await expectStaleLoadForgotten(instance('fixture'))
})

test.skipIf(!redisUrl)('[needs redis-server] the same holds with Redis behind it', async () => {
  await expectStaleLoadForgotten(await redisInstance(`fixture-${randomUUID()}`))
})

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

/** Holds back what instances say to each other, until `release`. */
function holdMessages() {
  const waiting = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const publish: Redis['publish'] = Reflect.get(Redis.prototype, 'publish')
  const spy = vi.spyOn(Redis.prototype, 'publish').mockImplementation(async function (
    this: Redis,
    channel,
    message,
  ) {
    waiting.resolve()
    await released.promise
    return publish.call(this, channel, message)
  })
  return {
    waiting: waiting.promise,
    release: () => {
      spy.mockRestore()
      released.resolve()
    },
  }
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
