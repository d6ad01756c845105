import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { redisBusDriver } from 'bentocache/drivers/redis'
import { Redis } from 'ioredis'
import type { Log } from '../process/log.ts'

/** With Redis hung, each command costs this once; then the circuit is open and memory alone serves. */
const COMMAND_TIMEOUT_MS = 250
const SUBSCRIBE_AGAIN_MS = 50

/** What goes wrong is logged once per outage; nothing is queued while there is no connection. */
export function connectRedis(url: string, log: Log): Redis {
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

/** Not `bento.disconnectAll()`: it says QUIT, which fails where Redis does not answer. */
export async function closeRedis(redis: Redis | undefined): Promise<void> {
  if (!redis || redis.status === 'end') return
  // Between two attempts to connect there is no connection whose end would be told.
  const ended = redis.status === 'reconnecting' ? undefined : once(redis, 'end')
  redis.disconnect()
  await ended
}

/**
 * The bus subscribes when it is made, which is before its connection is up; it would not try again, and its failure
 * would end the process.
 * @param onReconnect whatever was said since the connection broke has not been heard
 */
export function busDriver(
  redis: Redis,
  closing: AbortSignal,
  onReconnect: () => void,
): ReturnType<typeof redisBusDriver> {
  const connection = busConnections(redis, closing, onReconnect)
  const { options, factory } = redisBusDriver({ connection })
  return {
    options,
    factory: config => {
      const transport = factory(config)
      const subscribe = transport.subscribe.bind(transport)
      transport.subscribe = async (channel, handler) => {
        for (;;) {
          try {
            return await subscribe(channel, handler)
          } catch (error) {
            if (closing.aborted) return
            if (!(error instanceof Error)) throw error
            await setTimeout(SUBSCRIBE_AGAIN_MS, undefined, { ref: false })
          }
        }
      }
      return transport
    },
  }
}

/**
 * The driver makes two duplicates of what it is given. One of them subscribes as soon as it is connected, after which a
 * ready check is refused; what goes wrong with them is logged for the first connection, but they end with it.
 */
const busConnections = (redis: Redis, closing: AbortSignal, onReconnect: () => void): Redis =>
  Object.assign(redis.duplicate({ lazyConnect: true }), {
    duplicate: () => {
      const copy = redis.duplicate({ enableReadyCheck: false }).on('error', () => {})
      copy.once('ready', () => copy.on('ready', onReconnect))
      closing.addEventListener('abort', () => copy.disconnect())
      return copy
    },
  })
