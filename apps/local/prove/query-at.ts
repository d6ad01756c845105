import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { isDatabaseDown } from '../../shared/database/database-errors.ts'

export type Query = <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>

const DATABASE_WITHIN_MS = 30_000

/**
 * Asks PostgreSQL, over a connection of its own each time; waits until it is there.
 * @param url where it is at that moment
 */
export function queryAt(url: () => string | undefined): Query {
  return async <Row extends object>(sql: string, values: readonly unknown[] = []) => {
    const endsAt = performance.now() + DATABASE_WITHIN_MS
    for (;;) {
      const client = new pg.Client({ connectionString: url() })
      client.on('error', () => {}) // the query fails with it
      try {
        await client.connect()
        return (await client.query<Row>(sql, [...values])).rows
      } catch (error) {
        if (!isDatabaseDown(error) || performance.now() > endsAt) throw error
        await sleep(100)
      } finally {
        await client.end()
      }
    }
  }
}
