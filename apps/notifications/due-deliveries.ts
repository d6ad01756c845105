import type { Database } from '../shared/database/database.ts'
import type { Kind, SendingChannel } from './kinds.ts'
import type { DeviceType } from './notify.ts'

/** A delivery that this instance may try now. */
export interface Due {
  id: string
  eventId: string
  userId: string
  kind: Kind
  channel: SendingChannel
  content: unknown
  /** This one counted. */
  attempts: number
  expired: boolean
  /** ISO time of the event's arrival. */
  at: string
  email: string | null
  fullName: string | null
  device: { id: string; type: DeviceType; address: string; endpoint: string | null } | null
}

/** An instance that dies leaves what it took to others after this. */
const TAKEN_SECONDS = 60
const AT_ONCE = 20

const TAKE = `
  update deliveries as taken
  set attempts = taken.attempts + 1, due_at = now() + ${TAKEN_SECONDS} * interval '1 s'
  from (
    select delivery.id, recipient.email, recipient.full_name,
      case when device.id is not null then jsonb_build_object('id', device.id, 'type', device.type,
        'address', device.address, 'endpoint', device.endpoint) end as device
    from deliveries delivery
      join recipients recipient using (user_id)
      left join devices device on device.id = delivery.device_id
    where delivery.state = 'due' and delivery.due_at <= now()
    order by delivery.due_at limit ${AT_ONCE}
    for update of delivery skip locked
  ) found
  where taken.id = found.id
  returning taken.id, taken.event_id as "eventId", taken.user_id as "userId", taken.kind,
    taken.channel, taken.content, taken.attempts, taken.expires_at <= now() as expired,
    to_char(taken.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
    found.email, found.full_name as "fullName", found.device`

/** Takes some that are due; no other instance has them until they are due again. */
export const takeDue = (database: Database): Promise<Due[]> =>
  database.transaction(em => em.execute<Due[]>(TAKE))

/** Sent: what the text was made of is forgotten. */
export const markSent = (database: Database, { id }: Due): Promise<unknown> =>
  database.transaction(em =>
    em.execute(
      `update deliveries set state = 'sent', content = '{}', reason = null, done_at = now() where id = ?`,
      [id],
    ),
  )

/** Given up; a token is of no use any more. */
export const markFailed = (database: Database, { id }: Due, reason: string): Promise<unknown> =>
  database.transaction(em =>
    em.execute(
      `update deliveries set state = 'failed', content = content - 'token', reason = ?, done_at = now()
        where id = ?`,
      [reason, id],
    ),
  )

const FIRST_SECONDS = 5
const LONGEST_SECONDS = 3_600

/** 5 s, 10 s, 20 s, ... up to an hour, each a little shorter or longer: many that failed together come back apart. */
export const postpone = (
  database: Database,
  { id, attempts }: Due,
  reason: string,
): Promise<unknown> =>
  database.transaction(em =>
    em.execute(
      `update deliveries set reason = ?,
        due_at = now() + least(${FIRST_SECONDS} * 2 ^ (? - 1), ${LONGEST_SECONDS})
          * (0.75 + random() / 2) * interval '1 s'
        where id = ?`,
      [reason, attempts, id],
    ),
  )

const PRUNED_AT_ONCE = 1_000
/** A user whose contact never comes: the event that tells it was lost, or the user never was. */
const WAITING_DAYS = 14

/** Deletes deliveries that were done, or waited, too long ago. */
export async function pruneDeliveries(database: Database, days: number): Promise<number> {
  const { length } = await database.rows(
    `delete from deliveries where id in (
      select id from deliveries
      where done_at < now() - $1 * interval '1 day'
        or (state = 'waiting' and created_at < now() - ${WAITING_DAYS} * interval '1 day')
      limit ${PRUNED_AT_ONCE} for update skip locked) returning id`,
    [days],
  )
  return length === PRUNED_AT_ONCE ? length + (await pruneDeliveries(database, days)) : length
}
