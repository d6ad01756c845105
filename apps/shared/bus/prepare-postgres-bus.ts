import pg from 'pg'
import type { PgBoss } from 'pg-boss'
import type { Serving } from './bus.ts'
import { BUS_SCHEMA, BUS_VERSION, connectionOf, WITHOUT_UPKEEP } from './bus-schema.ts'
import { declareConsumer } from './declare-consumer.ts'

/**
 * Makes or updates the bus's schema, notes what a service consumes, and lets its role use the bus. Runs with the service's
 * migrations, as the role that may create schemas; of several callers one works and the others wait.
 */
export async function preparePostgresBus(
  adminUrl: string,
  serviceUrl: string,
  serving: Serving,
): Promise<void> {
  await withBusSchema(adminUrl, async admin => {
    await declareConsumers(admin, adminUrl, [serving])
    const role = admin.escapeIdentifier(decodeURIComponent(new URL(serviceUrl).username))
    await admin.query(`
      grant usage on schema ${BUS_SCHEMA} to ${role};
      grant select, insert, update, delete on all tables in schema ${BUS_SCHEMA} to ${role};
      grant usage on all sequences in schema ${BUS_SCHEMA} to ${role}`)
  })
}

/**
 * Notes what services consume before the first of them publishes: what is published while nobody has said that he wants
 * it is for nobody. Needed where services are started in any order, or one for the first time later.
 */
export const preparePostgresConsumers = (
  adminUrl: string,
  consumers: readonly Serving[],
): Promise<void> => withBusSchema(adminUrl, admin => declareConsumers(admin, adminUrl, consumers))

async function withBusSchema(
  adminUrl: string,
  use: (admin: pg.Client) => Promise<void>,
): Promise<void> {
  const admin = new pg.Client({ ...connectionOf(adminUrl), connectionTimeoutMillis: 10_000 })
  await admin.connect()
  try {
    await admin.query("select pg_advisory_lock(hashtext('shop.bus'))")
    const found = await admin.query<{ version: string | null }>(
      "select obj_description(to_regnamespace($1), 'pg_namespace') as version",
      [BUS_SCHEMA],
    )
    if (found.rows[0]?.version !== BUS_VERSION) {
      await withBoss(adminUrl, true, async () => {})
      await admin.query(`comment on schema ${BUS_SCHEMA} is ${admin.escapeLiteral(BUS_VERSION)}`)
    }
    await use(admin)
  } finally {
    await admin.end()
  }
}

/** Most starts find everything as it should be. */
async function declareConsumers(
  admin: pg.Client,
  adminUrl: string,
  consumers: readonly Serving[],
): Promise<void> {
  const { rows } = await admin.query<{ name: string; event: string }>(
    `select name, event from ${BUS_SCHEMA}.subscription`,
  )
  const changed = consumers.filter(({ consumer, consumes }) => {
    const known = rows.filter(({ name }) => name === consumer).map(({ event }) => event)
    return consumes.toSorted().join() !== known.toSorted().join()
  })
  if (changed.length === 0) return
  await withBoss(adminUrl, false, async boss => {
    for (const serving of changed) await declareConsumer(boss, serving)
  })
}

/** Loaded here: most starts need it not. */
async function withBoss(
  adminUrl: string,
  migrate: boolean,
  use: (boss: PgBoss) => Promise<void>,
): Promise<void> {
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({
    ...connectionOf(adminUrl),
    ...WITHOUT_UPKEEP,
    schema: BUS_SCHEMA,
    max: 1,
    migrate,
  })
  boss.on('error', () => {}) // start() and stop() throw what matters
  try {
    await boss.start()
    await use(boss)
  } finally {
    await boss.stop({ graceful: false })
  }
}
