import type { EntityManager } from '@mikro-orm/postgresql'
import { EVENTS } from '../event-data.ts'
import { checkedData, type Envelope, type NewEvent, subjectTypeOf } from './events.ts'
import type { Database } from '../database/database.ts'
import { currentRequest } from '../http/request-context.ts'
import { storesEvents } from './stored-events.ts'

/** The function is made by `event-tables.sql`. MikroORM reads `?` as a parameter. */
const STORE = 'select store_event(?, ?::jsonb)::text as envelope'

/**
 * Stores events in the caller's transaction: they are published exactly if it commits, in any order.
 *
 * A subject's next sequence number is taken by a row lock that is held until the transaction ends, so numbers have no
 * gaps and a higher number was committed later. Transactions about one subject therefore wait for each other from here
 * on: publish last. Of several subjects, hand all events over in one call: their locks are then taken in one order,
 * and no deadlock comes of it. A deadlock or lock timeout rolls the whole transaction back.
 * @throws Error when the data is not what the type declares
 */
export async function publish(
  em: EntityManager,
  ...events: readonly NewEvent[]
): Promise<Envelope[]> {
  // Sorting is stable: events about one subject keep their order.
  const ordered = events
    .map(event => ({ event, subject: `${subjectTypeOf(event.type)}:${event.subjectId}` }))
    .toSorted((a, b) => (a.subject < b.subject ? -1 : Number(a.subject > b.subject)))
  storesEvents(em)
  const stored: Envelope[] = []
  for (const { event, subject } of ordered) {
    const rows: { envelope: string }[] = await em.execute(STORE, [
      subject,
      JSON.stringify(contentOf(event)),
    ])
    stored.push(JSON.parse(rows[0]?.envelope ?? 'null') as Envelope)
  }
  return stored
}

const contentOf = (event: NewEvent) => ({
  type: event.type,
  version: EVENTS[event.type].version,
  traceparent: currentRequest()?.traceparent ?? null,
  subject: { type: subjectTypeOf(event.type), id: event.subjectId },
  data: checkedData(event),
})

export interface OutboxLag {
  /** Events that are committed and not sent. */
  waiting: number
  /** Age of the oldest of them in seconds; 0: nothing waits. */
  oldestSeconds: number
}

export async function outboxLag(database: Database): Promise<OutboxLag> {
  const [row] = await database.rows<OutboxLag>(
    {
      name: 'outbox-lag',
      text: `select count(*)::int as waiting,
        coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as "oldestSeconds"
        from outbox where sent_at is null`,
    },
    [],
  )
  return row ?? { waiting: 0, oldestSeconds: 0 }
}

const PRUNED_AT_ONCE = 1_000

/** Deletes what was sent more than `days` ago, in small bites. Instances may do it at the same time. */
export async function pruneOutbox(database: Database, days: number): Promise<number> {
  const { length } = await database.rows(
    `delete from outbox where id in (
      select id from outbox where sent_at < now() - $1 * interval '1 day'
      order by sent_at limit ${PRUNED_AT_ONCE} for update skip locked) returning id`,
    [days],
  )
  return length === PRUNED_AT_ONCE ? length + (await pruneOutbox(database, days)) : length
}
