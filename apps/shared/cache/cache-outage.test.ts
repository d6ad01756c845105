import { Writable } from 'node:stream'
import { pino } from 'pino'
import { expect, inject, test, vi } from 'vitest'
import { openCache } from './cache.ts'
import { logTo } from '../process/log.ts'
import { testRedis } from '../testing/test-redis.ts'

const SILENT = pino({ level: 'silent' })
const hasRedis = inject('redisUrl') !== undefined
const READY = ['ready', 'ready']
const value = (text: string) => async () => text

test('with a Redis that is not there values are loaded and kept in memory', async () => {
  const connection = openCache('fixture', 'redis://127.0.0.1:1', SILENT)
  try {
    const cache = connection.cache('things', 60, String)
    const load = vi.fn(value('one'))
    expect(await cache.getOrLoad('a', load)).toBe('one')
    expect(await cache.getOrLoad('a', load)).toBe('one')
    expect(load).toHaveBeenCalledTimes(1)
    await cache.invalidate(['a'])
    expect(await cache.getOrLoad('a', value('two'))).toBe('two')
  } finally {
    await connection.close()
  }
})

test.skipIf(!hasRedis)(
  '[needs redis-server] with a hung Redis values are loaded, kept and invalidated, and it is used again later',
  async () => {
    await using redis = await testRedis()
    const [one, two] = [
      openCache('fixture', redis.url, SILENT),
      openCache('fixture', redis.url, SILENT),
    ]
    try {
      const [cache, other] = [one.cache('things', 60, String), two.cache('things', 60, String)]
      await vi.waitFor(() => expect([one.redis?.status, two.redis?.status]).toEqual(READY))
      await cache.getOrLoad('a', value('old'))
      redis.hang()
      expect(await cache.getOrLoad('a', value('unused'))).toBe('old')
      expect(await cache.getOrLoad('b', value('loaded'))).toBe('loaded')
      await cache.invalidate(['a'])
      expect(await cache.getOrLoad('a', value('new'))).toBe('new')
      redis.wake()
      let turn = 0
      await vi.waitFor(
        async () => {
          const key = `after-${++turn}`
          await cache.getOrLoad(key, value('shared'))
          expect(await other.getOrLoad(key, value('own'))).toBe('shared')
        },
        { timeout: 30_000, interval: 200 },
      )
    } finally {
      redis.wake()
      await Promise.all([one.close(), two.close()])
    }
  },
)

test.skipIf(!hasRedis)(
  '[needs redis-server] when Redis was killed and is back, instances see each other again; each outage is logged once',
  async () => {
    await using redis = await testRedis()
    const lines: string[] = []
    const sink = new Writable({
      write: (chunk, _, done) => {
        lines.push(JSON.parse(String(chunk)).msg)
        done()
      },
    })
    const [one, two] = [
      openCache('fixture', redis.url, logTo(sink, 'fixture', 'info')),
      openCache('fixture', redis.url, SILENT),
    ]
    try {
      const [cache, other] = [one.cache('things', 60, String), two.cache('things', 60, String)]
      await vi.waitFor(() => expect(one.redis?.status).toBe('ready'))
      await redis.kill()
      await vi.waitFor(() => expect(lines.some(line => line.includes('unavailable'))).toBe(true))
      expect(await cache.getOrLoad('a', value('one'))).toBe('one')
      await redis.restart()
      await vi.waitFor(() => expect(lines).toContain('cache is back'), 15_000)
      expect(lines.filter(line => line.includes('unavailable'))).toHaveLength(1)
      let text = ''
      await vi.waitFor(
        async () => {
          await other.getOrLoad('a', async () => text)
          text = `${text}+`
          await cache.invalidate(['a'])
          await vi.waitFor(
            async () => expect(await other.getOrLoad('a', async () => text)).toBe(text),
            500,
          )
        },
        { timeout: 30_000, interval: 200 },
      )
    } finally {
      await Promise.all([one.close(), two.close()])
    }
  },
)

test.skipIf(!hasRedis)('[needs redis-server] closing does not wait for a hung Redis', async () => {
  await using redis = await testRedis()
  const connection = openCache('fixture', redis.url, SILENT)
  await vi.waitFor(() => expect(connection.redis?.status).toBe('ready'))
  redis.hang()
  await connection.close()
  expect(connection.redis?.status).toBe('end')
})
