import type { Redis } from 'ioredis'
import {
  type IRateLimiterOptions,
  RateLimiterMemory,
  type RateLimiterRes,
} from 'rate-limiter-flexible'

/** As long as the cache leaves it alone. */
const REST_MS = 5_000

export interface RestingRedis {
  /** Says that it is not ready while Redis is left alone. */
  client: Redis
  /** A limit for the time in which Redis gives none. */
  insurance: (options: IRateLimiterOptions) => RateLimiterMemory
}

/**
 * Leaves Redis alone for a while after it failed: when it hangs, one request in five seconds waits for it, not each one.
 * That a limiter falls back on its insurance is how it shows.
 */
export function restingRedis(redis: Redis): RestingRedis {
  let restsUntil = 0
  const rests = () => performance.now() < restsUntil
  const failed = () => {
    if (!rests()) restsUntil = performance.now() + REST_MS
  }
  redis.on('ready', () => (restsUntil = 0))
  // The limiter looks at the status before each command, but for one.
  const resting = new Map<string | symbol, unknown>([
    ['status', 'resting'],
    ['del', () => Promise.reject(new Error('Redis rests'))],
  ])
  const client = new Proxy(redis, {
    get: (target, name) => (rests() && resting.get(name)) || Reflect.get(target, name),
  })
  return { client, insurance: options => new Insurance(options, failed) }
}

class Insurance extends RateLimiterMemory {
  readonly #used: () => void

  constructor(options: IRateLimiterOptions, used: () => void) {
    super(options)
    this.#used = used
  }

  override consume(...given: Parameters<RateLimiterMemory['consume']>): Promise<RateLimiterRes> {
    this.#used()
    return super.consume(...given)
  }

  override reward(...given: Parameters<RateLimiterMemory['reward']>): Promise<RateLimiterRes> {
    this.#used()
    return super.reward(...given)
  }

  override delete(...given: Parameters<RateLimiterMemory['delete']>): Promise<boolean> {
    this.#used()
    return super.delete(...given)
  }
}
