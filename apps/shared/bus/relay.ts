import type { Database } from '../database/database.ts'
import type { Envelope } from '../events/events.ts'
import type { Log } from '../process/log.ts'
import type { Bus } from './bus.ts'
import { keepTrying } from './keep-trying.ts'

export interface RelayOptions {
  database: Database
  bus: Pick<Bus, 'publish'>
  log: Log
  /** Looks for events this often even when nobody rings: those that were refused, or whose relay died. @default 1000 */
  pollMs?: number
}

export interface Relay {
  /** There may be events to send. */
  ring: () => void
  /** Resolves after the batch under way. */
  stop: () => Promise<void>
}

const BATCH = 100
/** A refused event is tried again after 5 s, 10 s, 20 s, ... up to this. */
const REFUSED_MAX_SECONDS = 300

/**
 * Hands the outbox's events to the bus, in all instances at once: each takes rows that no other has (SKIP LOCKED). A
 * batch is marked as sent in the transaction that took it, after the bus had it: after a crash in between it is sent
 * again.
 */
export function startRelay(options: RelayOptions): Relay {
  const stopping = new AbortController()
  const bell = createBell(options.pollMs ?? 1_000)
  const sending = (async () => {
    while (!stopping.signal.aborted) {
      const rung = bell.next() // before looking: what is stored meanwhile rings
      await keepTrying(stopping.signal, options.log, 'sending events', () =>
        sendAll(options, stopping.signal),
      )
      await rung
    }
  })()
  return {
    ring: bell.ring,
    stop: async () => {
      stopping.abort()
      bell.ring()
      await sending
    },
  }
}

async function sendAll(options: RelayOptions, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) if ((await sendBatch(options)) < BATCH) return
}

/** @returns how many events it took */
export function sendBatch({ database, bus, log }: RelayOptions): Promise<number> {
  return database.transaction(async em => {
    const rows: { id: string; envelope: Envelope }[] = await em.execute(`
      select id, envelope from outbox where sent_at is null and due_at <= now()
      order by id limit ${BATCH} for update skip locked`)
    if (rows.length === 0) return 0
    const refused = await bus.publish(rows.map(({ envelope }) => envelope))
    for (const { id, reason } of refused)
      log.error({ event_id: id, reason }, 'the bus refused an event')
    const refusedIds = new Set(refused.map(({ id }) => id))
    await em.execute('update outbox set sent_at = now() where id = any(?::uuid[])', [
      textArray(rows.map(({ id }) => id).filter(id => !refusedIds.has(id))),
    ])
    if (refusedIds.size > 0)
      await em.execute(
        `update outbox set refusals = refusals + 1,
          due_at = now() + least(5 * 2 ^ least(refusals, 10), ${REFUSED_MAX_SECONDS}) * interval '1 s'
          where id = any(?::uuid[])`,
        [textArray([...refusedIds])],
      )
    return rows.length
  })
}

/** As PostgreSQL reads it: MikroORM would make a list of parameters of an array. */
const textArray = (ids: readonly string[]): string => `{${ids.join(',')}}`

/** Rings when somebody says so, and by itself after a while. */
export function createBell(pollMs: number) {
  let ring = () => {}
  return {
    ring: () => ring(),
    next: () =>
      new Promise<void>(resolve => {
        const timer = setTimeout(resolve, pollMs)
        ring = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
  }
}
