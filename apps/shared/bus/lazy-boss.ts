import { PgBoss } from 'pg-boss'
import type { Log } from '../log.ts'
import type { Serving } from './bus.ts'
import { BUS_SCHEMA, connectionOf, WITHOUT_UPKEEP } from './prepare-postgres-bus.ts'

export interface PostgresBusOptions extends Serving {
  /** The service's own role, in the database that all services share. */
  url: string
  log: Log
  /** How often events of dead consumers are looked for. @default 15 */
  upkeepSeconds?: number
}

const HOUR = 3600
const DAY = 24 * HOUR
const POOL_SIZE = 2
const STATEMENT_TIMEOUT_MS = 5_000

export interface LazyBoss {
  /** Connects when it is first asked for, so that a service starts while its database is down. */
  started: () => Promise<PgBoss>
  close: () => Promise<void>
}

/** Names of a consumer's queues. */
export interface Queues {
  live: string
  dead: string
}

export function lazyBoss(
  { url, log, consumes, upkeepSeconds = 15 }: PostgresBusOptions,
  serving: Required<Serving>,
  queues: Queues,
): LazyBoss {
  const boss = new PgBoss({
    ...connectionOf(url),
    ...WITHOUT_UPKEEP,
    schema: BUS_SCHEMA,
    max: POOL_SIZE,
    connectionTimeoutMillis: 3_000,
    options: `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    application_name: `${serving.consumer}-bus`,
    migrate: false,
    createSchema: false,
    // Who consumes looks after the queues too: events of dead consumers, old rows.
    supervise: consumes.length > 0,
    superviseIntervalSeconds: upkeepSeconds,
    monitorIntervalSeconds: upkeepSeconds,
    useListenNotify: consumes.length > 0,
  })
  boss.on('error', error => log.warn({ err: error }, 'the bus has a problem'))
  boss.on('warning', ({ message }) => log.debug(message))
  let starting: Promise<PgBoss> | undefined
  return {
    started: () => {
      starting ??= start(boss, serving, queues).catch((error: unknown) => {
        starting = undefined
        throw error
      })
      return starting
    },
    close: async () => {
      await starting?.catch(() => {})
      await boss.stop({ graceful: true, timeout: serving.handlerSeconds * 1000 })
    },
  }
}

async function start(boss: PgBoss, serving: Required<Serving>, queues: Queues): Promise<PgBoss> {
  await boss.start()
  if (serving.consumes.length > 0) await declareConsumer(boss, serving, queues)
  return boss
}

/** Makes the consumer's queues and says what it consumes. Doing it again changes what is there. */
async function declareConsumer(
  boss: PgBoss,
  serving: Required<Serving>,
  { live, dead }: Queues,
): Promise<void> {
  const kept = { retentionSeconds: 14 * DAY, deleteAfterSeconds: HOUR }
  const options = {
    ...kept,
    retryLimit: serving.deliveries - 1,
    retryDelay: serving.retrySeconds,
    retryDelayMax: serving.retryMaxSeconds,
    retryBackoff: true,
    expireInSeconds: serving.visibilitySeconds,
    deadLetter: dead,
    notify: true,
  }
  await boss.createQueue(dead, kept)
  await boss.createQueue(live, options)
  await boss.updateQueue(live, options)
  const { rows } = await boss
    .getDb()
    .executeSql(`select event from ${BUS_SCHEMA}.subscription where name = $1`, [live])
  for (const { event } of rows as { event: string }[])
    if (!serving.consumes.includes(event)) await boss.unsubscribe(event, live)
  for (const type of serving.consumes) await boss.subscribe(type, live)
}
