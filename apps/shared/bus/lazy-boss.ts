import { PgBoss } from 'pg-boss'
import type { Log } from '../log.ts'
import type { Serving } from './bus.ts'
import { declareConsumer } from './declare-consumer.ts'
import { BUS_SCHEMA, connectionOf, WITHOUT_UPKEEP } from './bus-schema.ts'

export interface PostgresBusOptions extends Serving {
  /** The service's own role, in the database that all services share. */
  url: string
  log: Log
  /** How often events of dead consumers are looked for. @default 15 */
  upkeepSeconds?: number
}

const POOL_SIZE = 2
const STATEMENT_TIMEOUT_MS = 5_000

export interface LazyBoss {
  /** Connects when it is first asked for, so that a service starts while its database is down. */
  started: () => Promise<PgBoss>
  close: () => Promise<void>
}

export function lazyBoss(
  { url, log, consumes, upkeepSeconds = 15 }: PostgresBusOptions,
  serving: Required<Serving>,
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
      starting ??= start(boss, serving).catch((error: unknown) => {
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

async function start(boss: PgBoss, serving: Required<Serving>): Promise<PgBoss> {
  await boss.start()
  if (serving.consumes.length > 0) await declareConsumer(boss, serving)
  return boss
}
