import pg from 'pg'
import { type Serving, servingWithDefaults } from './bus.ts'
import { BUS_SCHEMA, BUS_VERSION, connectionOf, WITHOUT_UPKEEP } from './bus-schema.ts'

/**
 * Makes or updates the bus's schema, lets a service's role use it and declares what the service consumes: from then on
 * events wait for it, whether it runs or not. Runs with the service's migrations, as the role that may create schemas;
 * of several callers one works and the others wait.
 */
export async function preparePostgresBus(
  adminUrl: string,
  serviceUrl: string,
  serving: Serving,
): Promise<void> {
  const admin = new pg.Client({ ...connectionOf(adminUrl), connectionTimeoutMillis: 10_000 })
  await admin.connect()
  try {
    await admin.query("select pg_advisory_lock(hashtext('shop.bus'))")
    if (!(await isPrepared(admin, serving))) await prepare(admin, adminUrl, serving)
    const role = admin.escapeIdentifier(decodeURIComponent(new URL(serviceUrl).username))
    await admin.query(`
      grant usage on schema ${BUS_SCHEMA} to ${role};
      grant select, insert, update, delete on all tables in schema ${BUS_SCHEMA} to ${role};
      grant usage on all sequences in schema ${BUS_SCHEMA} to ${role}`)
  } finally {
    await admin.end()
  }
}

/** Loading pg-boss takes its time, and most starts find everything as it should be. */
async function isPrepared(admin: pg.Client, { consumer, consumes }: Serving): Promise<boolean> {
  const found = await admin.query<{ version: string | null }>(
    "select obj_description(to_regnamespace($1), 'pg_namespace') as version",
    [BUS_SCHEMA],
  )
  if (found.rows[0]?.version !== BUS_VERSION) return false
  const { rows } = await admin.query<{ event: string }>(
    `select event from ${BUS_SCHEMA}.subscription where name = $1`,
    [consumer],
  )
  const declared = new Set(rows.map(({ event }) => event))
  return declared.size === consumes.length && consumes.every(type => declared.has(type))
}

async function prepare(admin: pg.Client, adminUrl: string, serving: Serving): Promise<void> {
  const [{ PgBoss }, { declareConsumer }] = await Promise.all([
    import('pg-boss'),
    import('./declare-consumer.ts'),
  ])
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
    if (serving.consumes.length > 0) await declareConsumer(boss, servingWithDefaults(serving))
  } finally {
    await boss.stop({ graceful: false })
  }
  await admin.query(`comment on schema ${BUS_SCHEMA} is ${admin.escapeLiteral(BUS_VERSION)}`)
}
