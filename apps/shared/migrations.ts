import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Migration, Migrator } from '@mikro-orm/migrations'
import { MikroORM } from '@mikro-orm/postgresql'
import pg from 'pg'
import { z } from 'zod'
import { connectionOptions, tlsOf } from './database-connection.ts'
import type { Log } from './log.ts'
import { migrationFiles, MIGRATIONS_TABLE } from './migration-files.ts'

/** First line of a file that can't run in a transaction (`create index concurrently`). */
const NO_TRANSACTION = '-- no transaction'
const MIGRATION_TIMEOUT_MS = 15 * 60_000

export interface MigrationOptions {
  service: string
  /** URL of the service: its role and, where passwords exist, the password are made here. */
  url: string
  /** URL of a role that may create roles and schemas. */
  adminUrl: string
  /** Folder of `0001-name.sql` files; each runs once, in order, in a transaction of its own. */
  folder: string
}

/**
 * Makes role and schema if they are not there and runs what has not run, under an advisory lock: of several callers one
 * works and the others wait. The service's role gets rows, never the right to change the schema.
 */
export async function migrate(options: MigrationOptions, log: Log): Promise<string[]> {
  const admin = new pg.Client({
    connectionString: withoutQuery(options.adminUrl),
    ssl: tlsOf(new URL(options.adminUrl)),
    connectionTimeoutMillis: 10_000,
  })
  await admin.connect()
  try {
    // One lock for all services: roles are rows of tables that they share.
    await admin.query("select pg_advisory_lock(hashtext('shop.roles'))")
    await prepareSchema(admin, options)
    await admin.query("select pg_advisory_unlock(hashtext('shop.roles'))")
    await admin.query('select pg_advisory_lock(hashtext($1))', [
      `shop.migrations.${options.service}`,
    ])
    return await runPending(options, log)
  } finally {
    await admin.end()
  }
}

// pg would read sslmode itself, with another meaning than `tlsOf`.
const withoutQuery = (url: string): string => url.split('?')[0] ?? url

async function prepareSchema(admin: pg.Client, { service, url }: MigrationOptions): Promise<void> {
  const { username, password } = new URL(url)
  const role = admin.escapeIdentifier(decodeURIComponent(username))
  const schema = admin.escapeIdentifier(service)
  const { rowCount } = await admin.query('select from pg_roles where rolname = $1', [
    decodeURIComponent(username),
  ])
  if (rowCount === 0) await admin.query(`create role ${role} login`)
  if (password !== '')
    await admin.query(
      `alter role ${role} password ${admin.escapeLiteral(decodeURIComponent(password))}`,
    )
  await admin.query(`
    create schema if not exists ${schema};
    revoke create on schema public from public;
    grant usage on schema ${schema} to ${role};
    grant select, insert, update, delete on all tables in schema ${schema} to ${role};
    grant usage on all sequences in schema ${schema} to ${role};
    alter default privileges in schema ${schema} grant select, insert, update, delete on tables to ${role};
    alter default privileges in schema ${schema} grant usage on sequences to ${role};
    alter role ${role} set search_path = ${schema}, public`)
}

async function runPending(
  { service, adminUrl, folder }: MigrationOptions,
  log: Log,
): Promise<string[]> {
  const connection = connectionOptions(adminUrl, `${service}-migrations`)
  const orm = await MikroORM.init({
    ...connection,
    driverOptions: {
      ...connection.driverOptions,
      options: `-c search_path="${service}",public`,
      statement_timeout: MIGRATION_TIMEOUT_MS,
      query_timeout: MIGRATION_TIMEOUT_MS,
    },
    entities: [],
    discovery: { warnWhenNoEntities: false },
    schema: service,
    pool: { min: 0, max: 1 },
    extensions: [Migrator],
    migrations: {
      tableName: MIGRATIONS_TABLE,
      snapshot: false,
      silent: true,
      allOrNothing: false,
      disableForeignKeys: false,
      migrationsList: await migrationsIn(folder),
    },
  })
  let running: string | undefined
  orm.migrator.on('migrating', ({ name }) => void (running = name))
  orm.migrator.on('migrated', ({ name }) => log.info({ migration: name }, 'migration ran'))
  try {
    return (await orm.migrator.up()).map(({ name }) => name)
  } catch (error) {
    throw running === undefined ? error : new Error(`migration ${running} failed`, { cause: error })
  } finally {
    await orm.close(true)
  }
}

async function migrationsIn(folder: string) {
  const files = await migrationFiles(folder)
  return Promise.all(
    files.map(async file => ({
      name: basename(file, '.sql'),
      class: sqlMigration(await readFile(join(folder, file), 'utf8')),
    })),
  )
}

/** A file of SQL as the class that MikroORM's migrator runs. */
function sqlMigration(
  sql: string,
): new (...args: ConstructorParameters<typeof Migration>) => Migration {
  return class extends Migration {
    override up(): void {
      this.addSql(sql)
    }
    override isTransactional(): boolean {
      return !sql.startsWith(NO_TRANSACTION)
    }
  }
}

/** Environment that `migrate` reads beside the service's own: the only place where the master credential appears. */
export const AdminUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'DATABASE_ADMIN_URL must be the URL of a role that may create roles and schemas',
})
