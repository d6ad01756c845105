import { metrics } from '@opentelemetry/api'
import { type EntityManager, type EntitySchema, MikroORM } from '@mikro-orm/postgresql'
import type { Pool } from 'pg'
import type { DatabaseConfig } from '../config.ts'
import { connectionOptions } from './database-connection.ts'
import { isDatabaseDown } from './database-errors.ts'
import { MIGRATIONS_TABLE, migrationNames } from './migration-files.ts'
import { hasStoredEvents } from '../events/stored-events.ts'

/** A named prepared statement: parsed and planned once per connection. `name` is unique in the service. */
export interface Statement {
  readonly name: string
  readonly text: string
  /** It stores events: the relay is told when it is done. */
  readonly storesEvents?: true
}

/** SQL that is planned anew each time, for what has a different best plan for different values. */
export type Query = Statement | string

export interface Database {
  /** What a statement that only reads finds; it may run more than once. Timestamps come as the statement casts them. */
  rows: <Row extends object>(statement: Query, values: readonly unknown[]) => Promise<Row[]>
  /** One unit of work in one transaction, with an identity map of its own. */
  transaction: <T>(work: (em: EntityManager) => Promise<T>) => Promise<T>
  /** Calls `ring` after each transaction and statement that stored events. */
  onEvents: (ring: () => void) => void
  /** Resolves when queries are answered and the migrations of this code are done. @throws otherwise */
  check: () => Promise<void>
  close: () => Promise<void>
}

export interface DatabaseOptions extends DatabaseConfig {
  service: string
  entities: readonly EntitySchema[]
  /** Folder of `*.sql` files; readiness waits until the newest has run. */
  migrations: string
}

/** Opens the service's pool; connects with the first query, so that a service starts while its database is down. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, iamRegion } = options
  const password = iamRegion === undefined ? undefined : await iamLogin(url, iamRegion)
  // Not `init`: that one loads whatever extensions are installed, such as the migrator.
  const orm = new MikroORM({
    ...connectionOptions(url, options.service, password),
    entities: [...options.entities],
    schema: options.service,
    pool: { min: 0, max: options.poolSize, idleTimeoutMillis: 60_000 },
    allowGlobalContext: false,
    ensureDatabase: false,
    forceUtcTimezone: true,
  })
  const pool = await poolOf(orm)
  watchPool(options.service, pool, options.poolSize)
  let migrated = false
  let ring = () => {}
  const rows: Database['rows'] = async <Row extends object>(
    query: Query,
    values: readonly unknown[],
  ) => {
    const { storesEvents, ...statement }: Partial<Statement> & { text: string } =
      typeof query === 'string' ? { text: query } : query
    const run = () => pool.query<Row>({ ...statement, values: [...values] })
    const found = (await retried(run, options.poolSize)).rows
    if (storesEvents) ring()
    return found
  }
  return {
    rows,
    transaction: work => inTransaction(orm, work, () => ring()),
    onEvents: listener => void (ring = listener),
    check: async () => {
      if (migrated) await pool.query({ name: 'ping', text: 'select 1' })
      else await checkMigrations(pool, options)
      migrated = true
    },
    close: () => orm.close(true),
  }
}

/** Loaded where it is used: a laptop and the tests start without the AWS SDK. */
async function iamLogin(url: string, region: string): Promise<() => Promise<string>> {
  const { iamPassword } = await import('./database-login.ts')
  return iamPassword(url, region)
}

/**
 * Not `em.transactional`: it keeps the connection for good when `begin` or `rollback` fails on it, so that a few
 * transactions which a restart of the database cut off would use up the pool. Kysely's own transactions give it back.
 */
async function inTransaction<T>(
  orm: MikroORM,
  work: (em: EntityManager) => Promise<T>,
  ring: () => void,
): Promise<T> {
  const em = orm.em.fork()
  const kysely = orm.em.getConnection().getClient()
  const result = await kysely.transaction().execute(async transaction => {
    em.setTransactionContext(transaction)
    const worked = await work(em)
    await em.flush()
    return worked
  })
  if (hasStoredEvents(em)) ring()
  return result
}

/** The `pg` pool inside MikroORM: hot reads go around the unit of work, not around the pool. */
async function poolOf(orm: MikroORM): Promise<Pool> {
  const connection = orm.em.getConnection()
  return connection.getNativeClient()
}

/**
 * A restart of the database leaves dead connections in the pool, as many as it may have; the first query on each fails
 * at once. Reads are run again then, on another connection. What took its time is not.
 */
async function retried<T>(run: () => Promise<T>, times: number): Promise<T> {
  try {
    return await run()
  } catch (error) {
    const tookLong = error instanceof Error && error.message.includes('timeout')
    if (times === 0 || tookLong || !isDatabaseDown(error)) throw error
    return retried(run, times - 1)
  }
}

async function checkMigrations(
  pool: Pool,
  { service, migrations }: DatabaseOptions,
): Promise<void> {
  const names = await migrationNames(migrations)
  const { rows } = await pool.query<{ name: string }>(
    `select name from "${service}".${MIGRATIONS_TABLE}`,
  )
  const done = new Set(rows.map(row => row.name))
  const missing = names.filter(name => !done.has(name))
  if (missing.length > 0) throw new Error(`migrations have not run: ${missing.join(', ')}`)
}

function watchPool(service: string, pool: Pool, size: number): void {
  const meter = metrics.getMeter(service)
  meter
    .createObservableGauge('db.client.connections', {
      description: 'Connections of the pool by state',
    })
    .addCallback(result => {
      result.observe(pool.idleCount, { state: 'idle' })
      result.observe(pool.totalCount - pool.idleCount, { state: 'used' })
      result.observe(pool.waitingCount, { state: 'waiting' })
      result.observe(size, { state: 'limit' })
    })
}
