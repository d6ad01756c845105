import pg from 'pg'
import { z } from 'zod'
import { tlsOf } from './database-connection.ts'
import { migrationNames, MIGRATIONS_TABLE } from './migration-files.ts'

export interface MigrationOptions {
  service: string
  /** URL of the service: its role and, where passwords exist, the password are made here. */
  url: string
  /** URL of a role that may create roles and schemas. */
  adminUrl: string
  /** The service logs in by IAM tokens of Amazon RDS. */
  iam: boolean
  /** Folder of `0001-name.sql` files; each runs once, in order, in a transaction of its own. */
  folder: string
}

/** Where it is said which migration ran; a service's log is one. */
export interface MigrationLog {
  info: (fields: object, message: string) => void
}

/**
 * Makes role and schema if they are not there and runs what has not run, under an advisory lock: of several callers one
 * works and the others wait. The service's role gets rows, never the right to change the schema.
 */
export async function migrate(options: MigrationOptions, log: MigrationLog): Promise<string[]> {
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
    if ((await pendingNames(admin, options)).length === 0) return []
    // Not above: loading MikroORM costs as much time as all the rest, and most starts have nothing to run.
    const { runPending } = await import('./migrations-run.ts')
    return await runPending(options, log)
  } finally {
    await admin.end()
  }
}

// pg would read sslmode itself, with another meaning than `tlsOf`.
const withoutQuery = (url: string): string => url.split('?')[0] ?? url

async function prepareSchema(
  admin: pg.Client,
  { service, url, iam }: MigrationOptions,
): Promise<void> {
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
  if (iam) await admin.query(`grant rds_iam to ${role}`)
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

/** Names in the order in which they would run. */
async function pendingNames(
  admin: pg.Client,
  { service, folder }: MigrationOptions,
): Promise<string[]> {
  const names = await migrationNames(folder)
  const table = `${admin.escapeIdentifier(service)}.${MIGRATIONS_TABLE}`
  const { rows: tables } = await admin.query<{ found: boolean }>(
    'select to_regclass($1) is not null as found',
    [table],
  )
  if (tables[0]?.found !== true) return names
  const { rows } = await admin.query<{ name: string }>(`select name from ${table}`)
  const done = new Set(rows.map(({ name }) => name))
  return names.filter(name => !done.has(name))
}

/** Environment that `migrate` reads beside the service's own: the only place where the master credential appears. */
export const AdminUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'DATABASE_ADMIN_URL must be the URL of a role that may create roles and schemas',
})
