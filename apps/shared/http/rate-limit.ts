import type { HttpBindings } from '@hono/node-server'
import type { Context, MiddlewareHandler } from 'hono'
import type { Redis } from 'ioredis'
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible'
import type { Caller } from '../auth/auth.ts'
import { AppError } from './errors.ts'
import { documented, problemSpec } from './openapi.ts'
import { restingRedis } from './resting-redis.ts'

export interface Limit {
  /** Part of the key in Redis; unique in the service. */
  name: string
  /** Requests (or failures) allowed within the window. */
  points: number
  windowSeconds: number
}

export type Limiters = (limit: Limit) => RateLimiterAbstract

/** Limits shared by all instances through Redis, or per process without it; when Redis fails, per process until it is back. */
export function rateLimiters(service: string, redis: Redis | undefined): Limiters {
  const resting = redis && restingRedis(redis)
  return ({ name, points, windowSeconds }) => {
    const options = { keyPrefix: `${service}:limit:${name}`, points, duration: windowSeconds }
    return resting
      ? new RateLimiterRedis({
          ...options,
          storeClient: resting.client,
          rejectIfRedisNotReady: true,
          insuranceLimiter: resting.insurance(options),
        })
      : new RateLimiterMemory(options)
  }
}

/** Takes one point. @throws {AppError} 429 with `Retry-After` */
export async function consume(limiter: RateLimiterAbstract, key: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key)
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    throw tooMany(limiter, error)
  }
}

export const tooMany = (limiter: RateLimiterAbstract, state: RateLimiterRes): AppError => {
  const seconds = Math.max(1, Math.ceil(state.msBeforeNext / 1000))
  return new AppError('too_many_requests', 429, `Too many attempts; try again in ${seconds} s`, {
    headers: { ...limitHeaders(limiter, state), 'Retry-After': String(seconds) },
  })
}

const limitHeaders = (
  limiter: RateLimiterAbstract,
  state: RateLimiterRes,
): Record<string, string> => ({
  'RateLimit-Limit': String(limiter.points),
  'RateLimit-Remaining': String(Math.max(0, state.remainingPoints)),
  'RateLimit-Reset': String(Math.ceil(state.msBeforeNext / 1000)),
})

export const LIMITED = { 429: problemSpec('Too many attempts; wait Retry-After seconds') }

/** Limits a route per client address and tells the client how much is left. */
export const limitByAddress = (
  limiter: RateLimiterAbstract,
  trustedProxyHops: number,
): MiddlewareHandler => limitBy(limiter, c => clientAddress(c, trustedProxyHops))

/** Limits a route per user, wherever from; after the middleware that knows the caller. */
export const limitByCaller = (
  limiter: RateLimiterAbstract,
): MiddlewareHandler<{ Variables: { caller: Caller } }> =>
  limitBy(limiter, c => (c.get('caller') as Caller).id)

function limitBy(limiter: RateLimiterAbstract, keyOf: (c: Context) => string): MiddlewareHandler {
  return documented(
    async (c, next) => {
      const state = await consume(limiter, keyOf(c))
      await next() // first: a failed attempt, too, tells how many are left
      const told = c.res.headers.get('RateLimit-Remaining')
      if (told !== null && Number(told) <= state.remainingPoints) return // another limit is nearer
      for (const [name, value] of Object.entries(limitHeaders(limiter, state)))
        c.header(name, value)
    },
    { responses: LIMITED },
  )
}

interface Asked {
  env: unknown
  req: { header: (name: string) => string | undefined }
}

/**
 * The address of the client: each trusted proxy appended the one that it saw to X-Forwarded-For, so the entry that the
 * outermost of them wrote is the last that a client can't forge.
 */
export function clientAddress(c: Asked, trustedProxyHops: number): string {
  const forwarded = c.req.header('x-forwarded-for')?.split(',') ?? []
  const { incoming } = c.env as HttpBindings
  return (
    (trustedProxyHops > 0 ? forwarded.at(-trustedProxyHops)?.trim() : undefined) ||
    (incoming.socket.remoteAddress ?? 'unknown')
  )
}
