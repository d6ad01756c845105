import { metrics } from '@opentelemetry/api'
import { BentoCache, bentostore } from 'bentocache'
import { redisDriver } from 'bentocache/drivers/redis'
import type { L1CacheDriver } from 'bentocache/types'
import type { Redis } from 'ioredis'
import { CacheMemory } from './cache-memory.ts'
import { busDriver, closeRedis, connectRedis } from './cache-redis.ts'
import type { Log } from '../process/log.ts'

/** Values by key, in this process's memory and, where there is one, in Redis behind it. Holds nothing that may be lost. */
export interface Cache<T> {
  /** The value in memory. */
  known: (key: string) => T | undefined
  /** The cached value, or that of the text which `load` finds; `undefined` is not cached. */
  getOrLoad: (key: string, load: () => Promise<string | undefined>) => Promise<T | undefined> | T
  /** Removes keys here before it resolves, and in the other instances through the bus. */
  invalidate: (keys: readonly string[]) => Promise<void>
}

export interface CacheConnection {
  /** Shared with the rate limits; undefined without Redis. */
  redis: Redis | undefined
  /** @param parse what a value is made of; what it makes is kept, and must not be changed */
  cache: <T extends object | string>(
    namespace: string,
    ttlSeconds: number,
    parse: (text: string) => T,
  ) => Cache<T>
  close: () => Promise<void>
}

const CIRCUIT_OPEN = '5s'

export function openCache(service: string, url: string | undefined, log: Log): CacheConnection {
  const redis = url === undefined ? undefined : connectRedis(url, log)
  const closing = new AbortController()
  const count = countLookups(service)
  return {
    redis,
    cache: (namespace, ttlSeconds, parse) =>
      cacheOf({ service, namespace, ttlSeconds, parse, redis, count, closing: closing.signal }),
    close: () => {
      closing.abort()
      return closeRedis(redis)
    },
  }
}

interface CacheOptions<T> {
  /** Names the bus's channel: each service hears of its own changes only. */
  service: string
  namespace: string
  ttlSeconds: number
  parse: (text: string) => T
  redis: Redis | undefined
  count: CountLookup
  closing: AbortSignal
}

type CountLookup = (result: 'hit' | 'miss') => void

/** The value of a key on its way from Redis or from the database. */
interface Load<T> {
  /** The key has changed since it began: what it read may be what was there before. */
  isStale: boolean
  value: Promise<T | undefined>
}

function cacheOf<T extends object | string>(options: CacheOptions<T>): Cache<T> {
  const { parse, ttlSeconds, redis, count, closing } = options
  /** Who wants a key that is being loaded waits for that load. */
  const loads = new Map<string, Load<T>>()
  const forgetLoad = (key: string) => {
    const running = loads.get(key)
    if (running) running.isStale = true
    loads.delete(key)
  }
  const memory = new CacheMemory(parse, forgetLoad)
  const bento = createBento(options, memory, () => {
    for (const key of loads.keys()) forgetLoad(key)
    memory.clear()
  })

  const load = async (key: string, mine: Load<T>, from: () => Promise<string | undefined>) => {
    // Only Redis is left to ask: who loads has asked the memory.
    const known: string | undefined = redis && (await bento.get({ key }))
    count(known === undefined ? 'miss' : 'hit')
    if (known !== undefined) {
      if (mine.isStale) memory.delete(key)
      return memory.valueOf(key) ?? parse(known)
    }
    const value = await from()
    if (value === undefined) return undefined
    if (mine.isStale) return parse(value)
    // What was read is no change: the other instances keep theirs.
    await bento.set({ key, value, ttl: ttlSeconds * 1000, skipBusNotify: true })
    return memory.valueOf(key) ?? parse(value)
  }

  const join = (key: string, from: () => Promise<string | undefined>) => {
    const running = loads.get(key)
    if (running) return running.value
    const mine: Load<T> = { isStale: false, value: Promise.resolve(undefined) }
    loads.set(key, mine)
    mine.value = load(key, mine, from).finally(() => {
      if (loads.get(key) === mine) loads.delete(key)
    })
    return mine.value
  }

  const remove = async (keys: readonly string[]) => {
    await bento.deleteMany({ keys: [...keys] })
    // Once more: a load that began meanwhile may have found the old value in Redis.
    memory.deleteMany(keys)
  }

  const known = (key: string) => {
    const value = memory.valueOf(key)
    if (value !== undefined) count('hit')
    return value
  }

  return {
    known,
    getOrLoad: (key, from) => known(key) ?? join(key, from),
    invalidate: async keys => {
      await remove(keys)
      if (redis) again(() => remove(keys), closing)
    },
  }
}

function createBento<T>(
  { service, namespace, redis, closing }: CacheOptions<T>,
  memory: L1CacheDriver,
  forgetAll: () => void,
) {
  const local = bentostore().useL1Layer({ options: { serialize: false }, factory: () => memory })
  const store = redis
    ? local
        .useL2Layer(redisDriver({ connection: redis }))
        .useBus(busDriver(redis, closing, forgetAll))
    : local
  return new BentoCache({
    default: service,
    stores: { [service]: store },
    prefix: `${service}:cache:${namespace}`,
    suppressL2Errors: true,
    l2CircuitBreakerDuration: CIRCUIT_OPEN,
  })
}

/**
 * Another instance that read a row before it changed may put it into Redis after the change took it out there and before
 * it heard of that. Every instance would take it from there, so it is taken out once more.
 */
const AGAIN_MS = 500

function again(run: () => Promise<void>, closing: AbortSignal): void {
  const timer = setTimeout(() => void (closing.aborted || run()), AGAIN_MS)
  timer.unref()
}

function countLookups(service: string): CountLookup {
  const meter = metrics.getMeter(service)
  const lookups = meter.createCounter('cache.lookups', { description: 'Cache look-ups by result' })
  return result => lookups.add(1, { result })
}
