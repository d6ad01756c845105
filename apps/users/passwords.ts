import { join } from 'node:path'
import { getRounds, truncates } from 'bcryptjs'
import { Piscina } from 'piscina'
import { AppError } from '../shared/errors.ts'

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
export async function openPasswords({ cost, threads, queue }: PasswordOptions): Promise<Passwords> {
  const pool = new Piscina({
    filename: join(import.meta.dirname, 'password-worker.ts'),
    minThreads: threads,
    maxThreads: threads,
    maxQueue: queue,
  })
  const run = async <T>(name: string, task: object): Promise<T> => {
    try {
      return (await pool.run(task, { name })) as T
    } catch (error) {
      if (error instanceof Error && error.message === 'Task queue is at limit') throw busy(error)
      throw error
    }
  }
  const hash = (password: string) => run<string>('hashPassword', { password, cost })
  const nobody = await hash('no account has this password')
  return {
    hash,
    matches: async (password, hashed) => {
      const matched = await run<boolean>('comparePassword', {
        ...{ password, cost, hashed: hashed || nobody },
      })
      // Past 72 bytes bcrypt would compare a part only.
      return matched && hashed !== undefined && hashed !== '' && !truncates(password)
    },
    isOutdated: hashed => getRounds(hashed) < cost,
    close: () => pool.destroy(),
  }
}

const busy = (cause: Error): AppError =>
  new AppError('busy', 503, 'Too many logins at once; try again shortly', {
    cause,
    headers: { 'Retry-After': '5' },
  })
