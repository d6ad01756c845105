import { createHash } from 'node:crypto'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { AppError } from '../shared/http/errors.ts'
import { consume, type Limiters } from '../shared/http/rate-limit.ts'
import { emailKey } from './user.ts'

const WINDOW_SECONDS = 900
/** From all addresses together an account takes so many times as many wrong passwords as from one. */
const ADDRESSES = 10

/** Guesses at the password of an account, counted before the password is looked at. */
export interface Attempts {
  /** @throws {AppError} 429, or what `attempt` throws */
  toLogIn: <T>(email: string, address: string, attempt: () => Promise<T>) => Promise<T>
  /** The same for the present password of a user who is logged in. */
  toChangePassword: <T>(userId: string, attempt: () => Promise<T>) => Promise<T>
}

interface Count {
  limiter: RateLimiterAbstract
  key: string
}

/**
 * A few wrong passwords per account and address, and more per account from everywhere: somebody else's failures do not
 * easily lock an account, and many addresses do not make guessing cheap.
 * @param wrongPasswords in 15 minutes, per account and address
 */
export function passwordAttempts(limiter: Limiters, wrongPasswords: number): Attempts {
  const limit = (name: string, points: number) =>
    limiter({ name, points, windowSeconds: WINDOW_SECONDS })
  const byAddress = limit('failures', wrongPasswords)
  const byAccount = limit('failures-everywhere', wrongPasswords * ADDRESSES)
  const changes = limit('password-changes', wrongPasswords)
  return {
    toLogIn: (email, address, attempt) => {
      const account = digest(emailKey(email))
      const own = { limiter: byAddress, key: `${account}:${digest(address)}` }
      return counted(own, [{ limiter: byAccount, key: account }], attempt)
    },
    toChangePassword: (userId, attempt) => counted({ limiter: changes, key: userId }, [], attempt),
  }
}

export const digest = (text: string): string =>
  createHash('sha256').update(text).digest('base64url')

/**
 * Takes a point of each before the attempt: a burst of guesses in parallel must not slip through. A success forgets the
 * caller's `own` failures, and nobody else's.
 */
async function counted<T>(
  own: Count,
  others: readonly Count[],
  attempt: () => Promise<T>,
): Promise<T> {
  const taken: Count[] = []
  try {
    for (const count of [own, ...others]) {
      await consume(count.limiter, count.key)
      taken.push(count)
    }
    const result = await attempt()
    await Promise.all(others.map(giveBack))
    await own.limiter.delete(own.key)
    return result
  } catch (error) {
    // A full queue or a database that is down says nothing about the password.
    if (!isWrongPassword(error)) await Promise.all(taken.map(giveBack))
    throw error
  }
}

const giveBack = ({ limiter, key }: Count) => limiter.reward(key)

const isWrongPassword = (error: unknown): boolean =>
  error instanceof AppError && ['wrong_credentials', 'wrong_password'].includes(error.code)
