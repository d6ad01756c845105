import pg from 'pg'
import { tlsOf } from '../database-connection.ts'

/** Schema of the bus; services may read and write rows in it, nothing else. */
export const BUS_SCHEMA = 'bus'

/** Of pg-boss, as package.json pins it: says on the schema who made it. */
export const BUS_VERSION = 'pg-boss 12.38.0'

/**
 * Makes or updates the bus's schema and lets a service's role use it. Runs with the service's migrations, as the role
 * that may create schemas; of several callers one works and the others wait.
 */
export async function preparePostgresBus(adminUrl: string, serviceUrl: string): Promise<void> {
  const admin = new pg.Client({ ...connectionOf(adminUrl), connectionTimeoutMillis: 10_000 })
  await admin.connect()
  try {
    await admin.query("select pg_advisory_lock(hashtext('shop.bus'))")
    const found = await admin.query<{ version: string | null }>(
      "select obj_description(to_regnamespace($1), 'pg_namespace') as version",
      [BUS_SCHEMA],
    )
    if (found.rows[0]?.version !== BUS_VERSION) await makeSchema(admin, adminUrl)
    const role = admin.escapeIdentifier(decodeURIComponent(new URL(serviceUrl).username))
    await admin.query(`
      grant usage on schema ${BUS_SCHEMA} to ${role};
      grant select, insert, update, delete on all tables in schema ${BUS_SCHEMA} to ${role};
      grant usage on all sequences in schema ${BUS_SCHEMA} to ${role}`)
  } finally {
    await admin.end()
  }
}

async function makeSchema(admin: pg.Client, adminUrl: string): Promise<void> {
  // Loaded here: most starts find the schema made.
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({
    ...connectionOf(adminUrl),
    ...WITHOUT_UPKEEP,
    schema: BUS_SCHEMA,
    max: 1,
    migrate: true,
  })
  boss.on('error', () => {}) // start() and stop() throw what matters
  try {
    await boss.start()
  } finally {
    await boss.stop({ graceful: false })
  }
  await admin.query(`comment on schema ${BUS_SCHEMA} is ${admin.escapeLiteral(BUS_VERSION)}`)
}

/** What only an owner may do, and what nobody here uses. */
export const WITHOUT_UPKEEP = {
  supervise: false,
  schedule: false,
  reindex: false,
  monitorVacuum: false,
  registerInstance: false,
} as const

/** pg would read sslmode itself, with another meaning than `tlsOf`. */
export const connectionOf = (url: string) => ({
  connectionString: url.split('?')[0] ?? url,
  ssl: tlsOf(new URL(url)),
})
