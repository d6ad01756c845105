import { EventEmitter } from 'node:events'
import { metrics } from '@opentelemetry/api'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { Redis } from 'ioredis'
import type { Log } from './log.ts'

/** Strings by key, in this process's memory and, where there is one, in Redis behind it. Holds nothing that may be lost. */
export interface Cache {
  /** The cached string, or what `load` finds; `undefined` is not cached. */
  getOrLoad: (key: string, load: () => Promise<string | undefined>) => Promise<string | undefined>
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
/** With Redis hung, each command costs this once; then the circuit is open and memory alone serves. */
const COMMAND_TIMEOUT_MS = 250
const CIRCUIT_OPEN = '5s'

export function openCache(service: string, url: string | undefined, log: Log): CacheConnection {
  const redis = url === undefined ? undefined : connectRedis(url, log)
  const emitter = new EventEmitter()
  const bento = createBento(service, redis, emitter)
  const versions = watchInvalidations(emitter)
  countHits(service, emitter)
  return {
    redis,
    cache: (namespace, ttlSeconds) => cacheOf(bento, namespace, ttlSeconds, versions),
    close: async () => {
      await bento.disconnectAll()
      redis?.disconnect()
    },
  }
}

function connectRedis(url: string, log: Log): Redis {
  const redis = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: 2000,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    retryStrategy: attempt => Math.min(2000, 100 * 2 ** attempt),
  })
  let down = false
  redis.on('error', (error: Error) => {
    if (!down)
      log.warn({ err: error }, 'cache is unavailable; this process goes on with its memory alone')
    down = true
  })
  redis.on('ready', () => {
    if (down) log.info('cache is back')
    down = false
  })
  return redis
}

function createBento(service: string, redis: Redis | undefined, emitter: EventEmitter) {
  const memory = bentostore().useL1Layer(
    memoryDriver({ maxItems: MEMORY_ITEMS, maxSize: MEMORY_BYTES }),
  )
  const store = redis
    ? memory
        .useL2Layer(redisDriver({ connection: redis }))
        .useBus(redisBusDriver({ connection: redis.options }))
    : memory
  return new BentoCache({
    default: 'main',
    stores: { main: store },
    prefix: `${service}:cache`,
    emitter,
    suppressL2Errors: true,
    l2CircuitBreakerDuration: CIRCUIT_OPEN,
  })
}

/**
 * How often each key was invalidated lately. A load that began before an invalidation must not store what it read:
 * the row may be the one from before the change.
 */
interface Invalidations {
  /** Changes whenever one of the keys may have. */
  version: () => number
  bump: () => void
}

function watchInvalidations(emitter: EventEmitter): Invalidations {
  let version = 0
  const bump = () => void version++
  emitter.on('bus:message:received', bump)
  return { version: () => version, bump }
}

function cacheOf(
  bento: ReturnType<typeof createBento>,
  namespace: string,
  ttlSeconds: number,
  invalidations: Invalidations,
): Cache {
  const entries = bento.namespace(namespace)
  const ttl = ttlSeconds * 1000
  return {
    getOrLoad: (key, load) =>
      entries.getOrSet({
        key,
        ttl,
        // What was read is no change: the other instances keep theirs.
        skipBusNotify: true,
        factory: async context => {
          const before = invalidations.version()
          const value = await load()
          if (value === undefined) return context.skip()
          if (invalidations.version() !== before) context.setOptions({ ttl: 1, skipL2Write: true })
          return value
        },
      }),
    invalidate: async keys => {
      invalidations.bump()
      await entries.deleteMany({ keys: [...keys] })
      invalidations.bump()
    },
  }
}

function countHits(service: string, emitter: EventEmitter): void {
  const meter = metrics.getMeter(service)
  const lookups = meter.createCounter('cache.lookups', { description: 'Cache look-ups by result' })
  emitter.on('cache:hit', () => lookups.add(1, { result: 'hit' }))
  emitter.on('cache:miss', () => lookups.add(1, { result: 'miss' }))
}
