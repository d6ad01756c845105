import type { PgBoss } from 'pg-boss'
import type { Log } from '../process/log.ts'
import type { Serving } from './bus.ts'
import { BUS_SCHEMA, connectionOf, WITHOUT_UPKEEP } from './bus-schema.ts'
import { declareConsumer } from './declare-consumer.ts'
import { pause } from './keep-trying.ts'

export interface PostgresBusOptions extends Serving {
  /** The service's own role, in the database that all services share. */
  url: string
  log: Log
}

const POOL_SIZE = 2
const CONNECT_TIMEOUT_MS = 3_000
const STATEMENT_TIMEOUT_MS = 5_000
const CLOSE_MS = 3_000
const CLEANING_SECONDS = 300
/** Each worker says each time that the database is down. */
const QUIET_MS = 10_000

export interface LazyBoss {
  /** Connects when it is first asked for, so that a service starts while its database is down. */
  started: () => Promise<PgBoss>
  close: () => Promise<void>
}

export function lazyBoss(options: PostgresBusOptions, serving: Required<Serving>): LazyBoss {
  let starting: Promise<PgBoss> | undefined
  let isClosed = false
  return {
    started: () => {
      if (isClosed) return Promise.reject(new Error('the bus is closed'))
      starting ??= start(options, serving).catch((error: unknown) => {
        starting = undefined
        throw error
      })
      return starting
    },
    close: async () => {
      isClosed = true
      const boss = await starting?.catch(() => undefined)
      // It says goodbye to the server and waits for the answer, which may not come.
      if (boss) await Promise.race([boss.stop({ graceful: false }), pause(CLOSE_MS)])
    },
  }
}

async function start(options: PostgresBusOptions, serving: Required<Serving>): Promise<PgBoss> {
  const boss = await openBoss(options, serving)
  logProblems(boss, options.log)
  try {
    await boss.start()
    if (serving.consumes.length > 0) await declareConsumer(boss, serving)
    return boss
  } catch (error) {
    await boss.stop({ graceful: false })
    throw error
  }
}

async function openBoss(
  { url }: PostgresBusOptions,
  { consumer, consumes, upkeepSeconds }: Required<Serving>,
): Promise<PgBoss> {
  // Loaded here, so that a service answers before it is: it takes a tenth of a second.
  const { PgBoss } = await import('pg-boss')
  const connection = {
    ...connectionOf(url),
    max: POOL_SIZE,
    application_name: `${consumer}-bus`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    options: `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    // For a server that says nothing at all; pg-boss hands it on to pg.
    query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
    keepAlive: true,
  }
  return new PgBoss({
    ...connection,
    ...WITHOUT_UPKEEP,
    schema: BUS_SCHEMA,
    migrate: false,
    createSchema: false,
    // Who consumes looks after the queues too: events of dead consumers, old rows.
    supervise: consumes.length > 0,
    superviseIntervalSeconds: upkeepSeconds,
    monitorIntervalSeconds: upkeepSeconds,
    maintenanceIntervalSeconds: CLEANING_SECONDS,
  })
}

function logProblems(boss: PgBoss, log: Log): void {
  let quietUntil = 0
  boss.on('error', error => {
    if (performance.now() < quietUntil) return
    quietUntil = performance.now() + QUIET_MS
    log.warn({ err: error }, 'the bus has a problem')
  })
  boss.on('warning', ({ message }) => log.debug(message))
}
