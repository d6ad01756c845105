import type { EntityManager } from '@mikro-orm/postgresql'
import type { Database } from '../database/database.ts'
import type { EventOf, EventType } from './events.ts'

export interface Arrival {
  /**
   * An event about the same subject with a higher sequence number was here before. What copies a state (stock, price)
   * leaves such an event alone; what does something for each event takes no notice.
   */
  isStale: boolean
}

/**
 * What an event does here. Everything that it writes through `em` is stored together with the event's id. A function
 * that it returns runs once after the commit (to tell a cache, to wake a stream); it is lost when the process dies
 * between the two.
 */
export type Effect<T extends EventType> = (
  em: EntityManager,
  event: EventOf<T>,
  arrival: Arrival,
) => Promise<void | AfterCommit>

export type AfterCommit = () => Promise<unknown>

/** PostgreSQL 18 returns the row as it was before, too. */
const NOTE_SEQUENCE = `
  insert into inbox_subjects (consumer, subject, last_sequence) values (?, ?, ?)
  on conflict (consumer, subject)
    do update set last_sequence = greatest(inbox_subjects.last_sequence, excluded.last_sequence)
  returning old.last_sequence::float8 as before`

/**
 * Gives an event its effect unless it had it already: the id is noted in the transaction of the effect, so that an
 * event delivered many times, to many instances at once, is effective once. Events about one subject wait for each
 * other. When the effect throws nothing is noted, and the bus delivers the event again.
 * @param consumer who notes it; the service's name unless it has several independent effects of one event
 */
export async function receive<T extends EventType>(
  database: Database,
  consumer: string,
  event: EventOf<T>,
  effect: Effect<T>,
): Promise<'effective' | 'seen'> {
  const { result, afterCommit } = await database.transaction(em =>
    receiveIn(em, consumer, event, effect),
  )
  await afterCommit?.()
  return result
}

interface Received {
  result: 'effective' | 'seen'
  afterCommit?: AfterCommit
}

async function receiveIn<T extends EventType>(
  em: EntityManager,
  consumer: string,
  event: EventOf<T>,
  effect: Effect<T>,
): Promise<Received> {
  const noted: unknown[] = await em.execute(
    'insert into inbox (consumer, event_id) values (?, ?) on conflict do nothing returning event_id',
    [consumer, event.id],
  )
  if (noted.length === 0) return { result: 'seen' }
  const { type, id } = event.subject
  const rows: { before: number | null }[] = await em.execute(NOTE_SEQUENCE, [
    consumer,
    `${type}:${id}`,
    event.sequence,
  ])
  const before = rows[0]?.before ?? 0
  const afterCommit = await effect(em, event, { isStale: event.sequence < before })
  // An effect that ends with `em.execute(...)` returns rows.
  return { result: 'effective', ...(typeof afterCommit === 'function' && { afterCommit }) }
}

/** The effect of the newest state alone: an event that an earlier one has overtaken does nothing. */
export const unlessStale =
  <T extends EventType>(effect: Effect<T>): Effect<T> =>
  async (em, event, arrival) =>
    arrival.isStale ? undefined : effect(em, event, arrival)

const PRUNED_AT_ONCE = 1_000

/**
 * Forgets ids that came more than `days` ago. It must be longer than any bus keeps an event, dead letters included, or
 * one that is redriven late would be effective twice.
 */
export async function pruneInbox(database: Database, days: number): Promise<number> {
  const { length } = await database.rows(
    `delete from inbox where (consumer, event_id) in (
      select consumer, event_id from inbox where received_at < now() - $1 * interval '1 day'
      order by received_at limit ${PRUNED_AT_ONCE} for update skip locked) returning event_id`,
    [days],
  )
  return length === PRUNED_AT_ONCE ? length + (await pruneInbox(database, days)) : length
}
