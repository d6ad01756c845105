import pg from 'pg'
import { vi } from 'vitest'
import type { TestDatabase } from './test-database.ts'

interface Lock {
  /** Statements of a transaction that takes locks; each with its values. */
  statements: readonly (readonly [sql: string, values: unknown[]])[]
  /** How many connections must wait for the locks before they are given back. */
  waiting: number
  /** Done just before the transaction commits. */
  last?: readonly [sql: string, values: unknown[]]
}

/**
 * Sends requests while a transaction holds locks, so that they meet in the middle of their own transactions, where a
 * race is decided. Should they be too slow for that, the locks are given back all the same: the rule must hold then, too.
 */
export async function whileLocked<T>(
  database: TestDatabase,
  { statements, waiting, last }: Lock,
  requests: () => Promise<T>,
): Promise<T> {
  const holder = new pg.Client({ connectionString: database.adminUrl })
  await holder.connect()
  await holder.query('begin')
  for (const [sql, values] of statements) await holder.query(sql, values)
  const answers = requests()
  await vi
    .waitFor(
      async () => {
        const { length } = await database.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
        if (length < waiting) throw new Error(`${length} of ${waiting} wait`)
      },
      { timeout: 1500, interval: 20 },
    )
    .catch(() => {})
  if (last) await holder.query(last[0], last[1])
  await holder.query('commit')
  await holder.end()
  return answers
}
