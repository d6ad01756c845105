import { metrics } from '@opentelemetry/api'
import { BentoCache, bentostore } from 'bentocache'
import { redisDriver } from 'bentocache/drivers/redis'
import type { Redis } from 'ioredis'
import { CacheMemory, cacheMemoryDriver } from './cache-memory.ts'
import { busDriver, closeRedis, connectRedis } from './cache-redis.ts'
import type { Log } from '../process/log.ts'

/** Strings by key, in this process's memory and, where there is one, in Redis behind it. Holds nothing that may be lost. */
export interface Cache {
  /** The cached string, or what `load` finds; `undefined` is not cached. */
  getOrLoad: (
    key: string,
    load: () => Promise<string | undefined>,
  ) => Promise<string | undefined> | string
  /** Removes keys here before it resolves, and in the other instances through the bus. */
  invalidate: (keys: readonly string[]) => Promise<void>
}

export interface CacheConnection {
  /** Shared with the rate limits; undefined without Redis. */
  redis: Redis | undefined
  cache: (namespace: string, ttlSeconds: number) => Cache
  close: () => Promise<void>
}

const CIRCUIT_OPEN = '5s'

export function openCache(service: string, url: string | undefined, log: Log): CacheConnection {
  const redis = url === undefined ? undefined : connectRedis(url, log)
  const closing = new AbortController()
  const count = countLookups(service)
  return {
    redis,
    cache: (namespace, ttlSeconds) =>
      cacheOf({
        name: `${service}:${namespace}`,
        ttlSeconds,
        redis,
        count,
        closing: closing.signal,
      }),
    close: () => {
      closing.abort()
      return closeRedis(redis)
    },
  }
}

interface CacheOptions {
  /** Part of each key in Redis, and of the bus's channel: each service hears of its own changes only. */
  name: string
  ttlSeconds: number
  redis: Redis | undefined
  count: (result: 'hit' | 'miss') => void
  closing: AbortSignal
}

/** The value of a key on its way from Redis or from the database. */
interface Load {
  /** The key has changed since it began: what it read may be what was there before. */
  isStale: boolean
  value: Promise<string | undefined>
}

function cacheOf({ name, ttlSeconds, redis, count, closing }: CacheOptions): Cache {
  /** Who wants a key that is being loaded waits for that load. */
  const loads = new Map<string, Load>()
  const forgetLoad = (key: string) => {
    const running = loads.get(key)
    if (running) running.isStale = true
    loads.delete(key)
  }
  const memory = new CacheMemory(forgetLoad)
  const bento = createBento(name, memory, redis, closing)

  const load = async (key: string, mine: Load, from: () => Promise<string | undefined>) => {
    // The memory does not have it, or nobody would load it.
    const known: string | undefined = redis && (await bento.get({ key }))
    count(known === undefined ? 'miss' : 'hit')
    if (known !== undefined) {
      if (mine.isStale) memory.delete(key)
      return known
    }
    const value = await from()
    if (value !== undefined && !mine.isStale)
      // What was read is no change: the other instances keep theirs.
      await bento.set({ key, value, ttl: ttlSeconds * 1000, skipBusNotify: true })
    return value
  }

  const join = (key: string, from: () => Promise<string | undefined>) => {
    const running = loads.get(key)
    if (running) return running.value
    const mine: Load = { isStale: false, value: Promise.resolve(undefined) }
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

  const peek = (key: string) => {
    const value = memory.valueOf(key)
    if (value !== undefined) count('hit')
    return value
  }

  return {
    getOrLoad: (key, from) => peek(key) ?? join(key, from),
    invalidate: async keys => {
      await remove(keys)
      if (redis) again(() => remove(keys), closing)
    },
  }
}

function createBento(
  name: string,
  memory: CacheMemory,
  redis: Redis | undefined,
  closing: AbortSignal,
) {
  const local = bentostore().useL1Layer(cacheMemoryDriver(memory))
  const store = redis
    ? local.useL2Layer(redisDriver({ connection: redis })).useBus(busDriver(redis, closing))
    : local
  return new BentoCache({
    default: name,
    stores: { [name]: store },
    prefix: name,
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

function countLookups(service: string): CacheOptions['count'] {
  const meter = metrics.getMeter(service)
  const lookups = meter.createCounter('cache.lookups', { description: 'Cache look-ups by result' })
  return result => lookups.add(1, { result })
}
