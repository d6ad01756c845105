import { Redis } from 'ioredis'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { type CacheConnection, openCache } from '../../apps/shared/cache/cache.ts'
import { rateLimiters } from '../../apps/shared/http/rate-limit.ts'
import { testRedis, type TestRedis } from '../../apps/shared/testing/test-redis.ts'
import { cacheAccess } from './cache-access.ts'

const PASSWORD = 'p'.repeat(32)

describe.skipIf(inject('redisUrl') === undefined)(
  '[needs redis-server] access to the cache',
  () => {
    let redis: TestRedis
    let admin: Redis
    const opened: CacheConnection[] = []
    const urlOf = (service: string) => redis.url.replace('//', `//${service}:${PASSWORD}@`)

    const open = async (service: string) => {
      const connection = openCache(service, urlOf(service), pino({ level: 'silent' }))
      opened.push(connection)
      await vi.waitFor(() => expect(connection.redis?.status).toBe('ready'), 15_000)
      return connection
    }

    beforeAll(async () => {
      redis = await testRedis()
      admin = new Redis(redis.url)
      for (const service of ['users', 'products'])
        await admin.call(
          'ACL',
          'SETUSER',
          service,
          `>${PASSWORD}`,
          ...cacheAccess(service).split(' '),
        )
    })
    afterAll(async () => {
      await Promise.all(opened.map(connection => connection.close()))
      admin?.disconnect()
      await redis?.[Symbol.asyncDispose]()
    })

    test('a service has its cache, its invalidations in other instances and its rate limits', async () => {
      const [here, there] = [await open('users'), await open('users')]
      const [cache, other] = [here.cache('things', 60, String), there.cache('things', 60, String)]
      const three = async () => 'three'
      expect(await cache.getOrLoad('a', async () => 'one')).toBe('one')
      expect(await admin.keys('users:cache:*')).toHaveLength(1)
      expect(await other.getOrLoad('a', async () => 'two')).toBe('one')
      // Again until the other one has subscribed.
      await vi.waitFor(
        async () => {
          await cache.invalidate(['a'])
          await vi.waitFor(async () => expect(await other.getOrLoad('a', three)).toBe('three'), 500)
        },
        { timeout: 15_000 },
      )
      expect(await admin.call('ACL', 'LOG')).toEqual([])
      const limiter = rateLimiters('users', here.redis)({ name: 'x', points: 2, windowSeconds: 60 })
      await limiter.consume('somebody')
      expect((await limiter.consume('somebody')).remainingPoints).toBe(0)
      expect(await admin.keys('users:limit:*')).toEqual(['users:limit:x:somebody'])
      const refused = (await admin.call('ACL', 'LOG')) as unknown[]
      expect(refused).toEqual([])
    })

    test.for([
      ['read a key of another service', ['get', 'users:cache:things:a']],
      ['write a key of another service', ['set', 'users:limit:x:somebody', '0']],
      ['hear the channel of another service', ['subscribe', 'bentocache.notifications:users']],
      ['list all keys', ['keys', '*']],
      ['empty the cache', ['flushall']],
      ['change the server', ['config', 'set', 'maxmemory', '1']],
      ['see who else is there', ['client', 'list']],
      ['stop others', ['client', 'kill', 'TYPE', 'normal']],
    ] as const)('a service may not %s', async ([, [command, ...args]]) => {
      const { redis: connection } = await open('products')
      await expect(connection?.call(command, ...args)).rejects.toThrow(/NOPERM/)
    })
  },
)
