import { z } from 'zod'
import type { Database } from '../shared/database/database.ts'
import { notFound } from '../shared/http/errors.ts'
import { decodeCursor, type Page, pageOf } from '../shared/http/page.ts'
import type { MessageJson, MessageList } from './schemas.ts'

const isoOf = (column: string) =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const COLUMNS = `id, number::float8 as number, kind, title, body, data,
  ${isoOf('created_at')} as created_at, ${isoOf('read_at')} as read_at`

/** `number` is the order within a user's messages. */
export interface Message extends MessageJson {
  number: number
}

const ofUser = (name: string, more: string) => ({
  name,
  text: `select ${COLUMNS} from messages
    where user_id = $1 and number < $2 ${more} order by number desc limit $3 offset $4`,
})
const LIST = ofUser('messages', '')
const LIST_UNREAD = ofUser('messages-unread', 'and read_at is null')

const Position = z.tuple([z.number().int().min(1)])

/** The user's own, newest first. */
export async function listMessages(
  database: Database,
  userId: string,
  { skip, limit, after, unread }: z.output<typeof MessageList>,
): Promise<Page<MessageJson>> {
  const [before] = after === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(after, Position)
  const rows = await database.rows<Message>(unread === 'true' ? LIST_UNREAD : LIST, [
    ...[userId, before, limit + 1, after === undefined ? skip : 0],
  ])
  return pageOf(rows, limit, viewOf, ({ number }) => [number])
}

export const viewOf = ({ number: _, ...view }: Message): MessageJson => view

/** Once is enough; the time of the first stays. @throws {AppError} 404, also for what belongs to others */
export async function markRead(
  database: Database,
  userId: string,
  id: string,
): Promise<MessageJson> {
  const [row] = await database.transaction(em =>
    em.execute<Message[]>(
      `update messages set read_at = coalesce(read_at, now()) where id = ? and user_id = ?
        returning ${COLUMNS}`,
      [id, userId],
    ),
  )
  if (!row) throw notFound('Notification')
  return viewOf(row)
}

const LAST_NUMBER = {
  name: 'last-number',
  text: 'select last_number::float8 as number from recipients where user_id = $1',
}

/** Number of the user's newest message; 0 before the first. */
export async function lastNumber(database: Database, userId: string): Promise<number> {
  const [row] = await database.rows<{ number: number }>(LAST_NUMBER, [userId])
  return row?.number ?? 0
}

const SINCE = {
  name: 'messages-since',
  text: `select ${COLUMNS} from messages where user_id = $1 and number > $2 order by number limit $3`,
}

/** Oldest first. */
export const messagesSince = (
  database: Database,
  userId: string,
  number: number,
  limit: number,
): Promise<Message[]> => database.rows<Message>(SINCE, [userId, number, limit])

const PRUNED_AT_ONCE = 1_000

export async function pruneMessages(database: Database, days: number): Promise<number> {
  const { length } = await database.rows(
    `delete from messages where id in (
      select id from messages where created_at < now() - $1 * interval '1 day'
      order by created_at limit ${PRUNED_AT_ONCE} for update skip locked) returning id`,
    [days],
  )
  return length === PRUNED_AT_ONCE ? length + (await pruneMessages(database, days)) : length
}
