import { afterEach, expect, test, vi } from 'vitest'
import { connections, expectStaleLoadForgotten, slowLoad, TTL_SECONDS, value } from './testing.ts'

const { open, close } = connections()
afterEach(close)

/** An instance of a service, with its view of the cache; in memory alone. */
const instance = (service: string) => open(service).cache('things', TTL_SECONDS, String)

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
  const connection = open('fixture')
  const parse = vi.fn((text: string) => ({ text }))
  const cache = connection.cache('things', TTL_SECONDS, parse)
  const first = await cache.getOrLoad('a', value('one'))
  expect(first).toEqual({ text: 'one' })
  expect(cache.known('a')).toBe(first)
  expect(cache.getOrLoad('a', value('unused'))).toBe(first)
  expect(parse).toHaveBeenCalledTimes(1)
})

test('namespaces and services do not share keys', async () => {
  const connection = open('fixture')
  await connection.cache('one', 60, String).getOrLoad('a', value('of one'))
  expect(await connection.cache('two', 60, String).getOrLoad('a', value('of two'))).toBe('of two')
})

test('a load that began before an invalidation is not kept, nor given to who asks after it', async () => {
  await expectStaleLoadForgotten(instance('fixture'))
})
