import { EventEmitter } from 'node:events'
import { metrics } from '@opentelemetry/api'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisDriver } from 'bentocache/drivers/redis'
import type { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
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

const MEMORY_ITEMS = 10_000
const MEMORY_BYTES = 32 * 1024 * 1024
const CIRCUIT_OPEN = '5s'

export function openCache(service: string, url: string | undefined, log: Log): CacheConnection {
  const redis = url === undefined ? undefined : connectRedis(url, log)
  const emitter = new EventEmitter()
  const closing = new AbortController()
  const bento = createBento(service, redis, emitter, closing.signal)
  const versions = watchInvalidations(emitter)
  const later = redis && laterUnless(closing.signal)
  countHits(service, emitter)
  return {
    redis,
    cache: (namespace, ttlSeconds) => cacheOf(bento, { namespace, ttlSeconds, versions, later }),
    close: () => {
      closing.abort()
      return closeRedis(redis)
    },
  }
}

function createBento(
  service: string,
  redis: Redis | undefined,
  emitter: EventEmitter,
  closing: AbortSignal,
) {
  const memory = bentostore().useL1Layer(
    memoryDriver({ maxItems: MEMORY_ITEMS, maxSize: MEMORY_BYTES }),
  )
  const store = redis
    ? memory.useL2Layer(redisDriver({ connection: redis })).useBus(busDriver(redis, closing))
    : memory
  return new BentoCache({
    default: service,
    // The name is part of the bus's channel: each service hears of its own changes only.
    stores: { [service]: store },
    prefix: `${service}:cache`,
    emitter,
    suppressL2Errors: true,
    l2CircuitBreakerDuration: CIRCUIT_OPEN,
  })
}

/** What is known of changes, here and in the other instances. */
interface Invalidations {
  /** Grows with every invalidation of any key. */
  version: () => number
  happened: () => void
}

function watchInvalidations(emitter: EventEmitter): Invalidations {
  let version = 0
  const happened = () => void version++
  emitter.on('bus:message:received', happened)
  return { version: () => version, happened }
}

/**
 * Another instance that read a row before it changed may put it into Redis after the change took it out there and before
 * it heard of that. Every instance would take it from there, so it is taken out once more.
 */
const AGAIN_MS = 500

const laterUnless = (closing: AbortSignal) => (run: () => Promise<void>) => {
  const timer = setTimeout(() => void (closing.aborted || run()), AGAIN_MS)
  timer.unref()
}

/** A hot key is looked up in bentocache once a second; a map of plain strings answers in between, ten times as fast. */
const HOT_MS = 1000
const HOT_ITEMS = 1000

interface CacheOptions {
  namespace: string
  ttlSeconds: number
  versions: Invalidations
  /** Runs something once more a little later; undefined without Redis. */
  later: ((run: () => Promise<void>) => void) | undefined
}

function cacheOf(
  bento: ReturnType<typeof createBento>,
  { namespace, ttlSeconds, versions, later }: CacheOptions,
): Cache {
  const entries = bento.namespace(namespace)
  const hot = new LRUCache<string, { value: string; version: number }>({
    max: HOT_ITEMS,
    ttl: HOT_MS,
    ttlResolution: 50, // or it sets a timer each millisecond
  })

  const load = async (key: string, version: number, from: () => Promise<string | undefined>) => {
    // A load that began before a change must not be kept: it may have read the row as it was.
    const isStale = () => versions.version() !== version
    const known: string | undefined = await entries.get({ key })
    if (known !== undefined) {
      if (!isStale()) hot.set(key, { value: known, version })
      return known
    }
    const value = await from()
    if (value !== undefined && !isStale())
      // What was read is no change: the other instances keep theirs.
      await entries.set({ key, value, ttl: ttlSeconds * 1000, skipBusNotify: true })
    return value
  }

  /** Who wants a key that is being loaded waits for that load. */
  const loads = new Map<string, { version: number; value: Promise<string | undefined> }>()
  const join = (key: string, version: number, from: () => Promise<string | undefined>) => {
    const running = loads.get(key)
    if (running?.version === version) return running.value
    const value = load(key, version, from).finally(() => {
      if (loads.get(key)?.value === value) loads.delete(key)
    })
    loads.set(key, { version, value })
    return value
  }

  const remove = async (keys: readonly string[]) => {
    versions.happened()
    await entries.deleteMany({ keys: [...keys] })
    versions.happened()
  }

  const peek = (key: string) => {
    const known = hot.get(key)
    return known?.version === versions.version() ? known.value : undefined
  }

  return {
    getOrLoad: (key, from) => peek(key) ?? join(key, versions.version(), from),
    invalidate: async keys => {
      await remove(keys)
      later?.(() => remove(keys))
    },
  }
}

function countHits(service: string, emitter: EventEmitter): void {
  const meter = metrics.getMeter(service)
  const lookups = meter.createCounter('cache.lookups', { description: 'Cache look-ups by result' })
  emitter.on('cache:hit', () => lookups.add(1, { result: 'hit' }))
  emitter.on('cache:miss', () => lookups.add(1, { result: 'miss' }))
}
