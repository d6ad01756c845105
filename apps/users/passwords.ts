import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { encodeBase64, genSaltSync, getRounds, truncates } from 'bcryptjs'
import type { Piscina } from 'piscina'
import { AppError } from '../shared/http/errors.ts'

export interface Passwords {
  hash: (password: string) => Promise<string>
  /** Takes as long for `undefined` (no such account) as for a hash of today's cost or a lower one. */
  matches: (password: string, hashed: string | undefined) => Promise<boolean>
  /** Whether a hash was made with a lower cost than today's. */
  isOutdated: (hashed: string) => boolean
  close: () => Promise<void>
}

export interface PasswordOptions {
  cost: number
  threads: number
  /** Passwords that may wait for a thread; past it the answer is 503. */
  queue: number
}

/** bcrypt in worker threads, so that a flood of logins does not stop the event loop. */
export function openPasswords(options: PasswordOptions): Passwords {
  const { cost } = options
  // Made for the first password: a service that nobody logs in to starts without, and is 15 MB smaller.
  let pool: Promise<Piscina> | undefined
  const run = async <T>(name: string, task: object): Promise<T> => {
    pool ??= openPool(options)
    try {
      return (await (await pool).run(task, { name })) as T
    } catch (error) {
      if (error instanceof Error && error.message === 'Task queue is at limit') throw busy(error)
      throw error
    }
  }
  const nobody = nobodysHash(cost)
  return {
    hash: password => run<string>('hashPassword', { password, cost }),
    matches: async (password, hashed) => {
      const matched = await run<boolean>('comparePassword', {
        ...{ password, cost, hashed: hashed || nobody },
      })
      // Past 72 bytes bcrypt would compare a part only.
      return matched && hashed !== undefined && hashed !== '' && !truncates(password)
    },
    isOutdated: hashed => getRounds(hashed) < cost,
    close: async () => (await pool)?.destroy(),
  }
}

async function openPool({ threads, queue }: PasswordOptions): Promise<Piscina> {
  const { Piscina: Pool } = await import('piscina')
  return new Pool({
    filename: join(import.meta.dirname, 'password-worker.ts'),
    minThreads: 0,
    idleTimeout: IDLE_MS,
    maxThreads: threads,
    maxQueue: queue,
  })
}

/** Has the form of a hash and costs as much to compare with, but is no password's. */
const nobodysHash = (cost: number): string =>
  `${genSaltSync(cost)}${encodeBase64(randomBytes(DIGEST_BYTES), DIGEST_BYTES)}`

const DIGEST_BYTES = 23
/** After so long without a login its thread ends: it holds 30 MB. */
const IDLE_MS = 60_000

const busy = (cause: Error): AppError =>
  new AppError('busy', 503, 'Too many logins at once; try again shortly', {
    cause,
    headers: { 'Retry-After': '5' },
  })
