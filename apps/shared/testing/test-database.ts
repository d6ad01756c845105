import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import pg from 'pg'
import { inject } from 'vitest'
import { preparePostgresBus } from '../bus/prepare-postgres-bus.ts'
import { migrate } from '../database/migrations.ts'

export interface TestDatabase {
  /** Logs in as the service's own role. */
  url: string
  adminUrl: string
  /** As the superuser, for arranging what a service may not do. */
  query: <Row extends object>(sql: string, values?: unknown[]) => Promise<Row[]>
  close: () => Promise<void>
}

/** A database of its own with a service's migrations done, in the PostgreSQL that the whole test run shares. */
export async function testDatabase(service: string, migrations?: string): Promise<TestDatabase> {
  const name = `${service}_${randomBytes(5).toString('hex')}`
  await asAdmin('postgres', client => client.query(`create database ${name}`))
  const adminUrl = urlOf(name)
  const url = new URL(adminUrl)
  url.username = name
  url.password = randomBytes(12).toString('hex')
  const query: TestDatabase['query'] = (sql, values = []) =>
    asAdmin(name, async client => (await client.query(sql, values)).rows)
  if (migrations !== undefined) {
    await migrate(
      { service, url: url.href, adminUrl, iam: false, folder: migrations },
      pino({ level: 'silent' }),
    )
    const [table] = await query('select from pg_tables where schemaname = $1 and tablename = $2', [
      service,
      'outbox',
    ])
    if (table) await preparePostgresBus(adminUrl, url.href, { consumer: service, consumes: [] })
  }
  return {
    url: url.href,
    adminUrl,
    query,
    close: async () => {
      await asAdmin('postgres', client => client.query(`drop database ${name} with (force)`))
    },
  }
}

const urlOf = (database: string): string =>
  inject('postgresUrl').replace(/\/postgres$/, `/${database}`)

async function asAdmin<T>(database: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: urlOf(database) })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
