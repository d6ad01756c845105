import { pino } from 'pino'
import { expect, vi } from 'vitest'
import { type Cache, type CacheConnection, openCache } from './cache.ts'

export const TTL_SECONDS = 60

export const value = (text: string | undefined) => vi.fn(async () => text)

/** Connections that are closed together. */
export function connections() {
  const opened: CacheConnection[] = []
  const open = (service: string, url?: string) => {
    const connection = openCache(service, url, pino({ level: 'silent' }))
    opened.push(connection)
    return connection
  }
  const close = () => Promise.all(opened.splice(0).map(connection => connection.close()))
  return { open, close }
}

/** What passes it waits until `release`; `waiting` resolves when the first is there. */
export function gate() {
  const waiting = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const pass = () => {
    waiting.resolve()
    return released.promise
  }
  return { pass, waiting: waiting.promise, release: () => released.resolve() }
}

/** A load that has read its value and waits to hand it over. */
export function slowLoad(text: string) {
  const { pass, waiting, release } = gate()
  const load = async () => {
    await pass()
    return text
  }
  return { load, begun: waiting, release }
}

/** What a load under way has read does not outlive an invalidation. */
export async function expectStaleLoadForgotten(cache: Cache<string>): Promise<void> {
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
