import type { z } from 'zod'
import { unauthorized } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import { AppError, notFound } from '../shared/http/errors.ts'
import type { DeviceType, NotifyDeps } from './notify.ts'
import { lockRecipient } from './recipients.ts'
import type { DeviceCreate, DeviceView } from './schemas.ts'

const MAX_DEVICES = 10

const COLUMNS = `id, type, address,
  to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at`

interface Row {
  id: string
  type: DeviceType
  address: string
  created_at: string
}

const SHOWN = 4

/** A token lets whoever has it send to the app; a number is private enough to show its end alone. */
const viewOf = ({ id, type, address, created_at }: Row): DeviceView => ({
  ...{ id, type, created_at },
  name: `…${address.slice(-SHOWN)}`,
})

export const listDevices = async (database: Database, userId: string): Promise<DeviceView[]> =>
  (
    await database.rows<Row>(
      { name: 'devices', text: `select ${COLUMNS} from devices where user_id = $1 order by id` },
      [userId],
    )
  ).map(viewOf)

/**
 * The same device again is no other. An app where somebody else was logged in is the caller's from now on, and what was
 * still to be sent to it for the other is dropped.
 * @throws {AppError} 401 when the account was deleted, 409 for too many, or where nothing can be sent to this type
 */
export const addDevice = (
  database: Database,
  canSend: NotifyDeps['canSend'],
  userId: string,
  given: z.output<typeof DeviceCreate>,
): Promise<DeviceView> => {
  const { type } = given
  const address = type === 'phone' ? given.phone_number : given.token
  if (!canSend(type === 'phone' ? 'sms' : 'push', type))
    throw new AppError('channel_unavailable', 409, `This shop sends no messages to ${type} devices`)
  return database.transaction(async em => {
    if (!(await lockRecipient(em, userId))) throw unauthorized()
    if (type !== 'phone')
      await em.execute('delete from devices where type = ? and address = ? and user_id <> ?', [
        ...[type, address, userId],
      ])
    const [known] = await em.execute<Row[]>(
      `select ${COLUMNS} from devices where user_id = ? and type = ? and address = ?`,
      [userId, type, address],
    )
    if (known) return viewOf(known)
    const [{ count } = { count: 0 }] = await em.execute<{ count: number }[]>(
      'select count(*)::int as count from devices where user_id = ?',
      [userId],
    )
    if (count >= MAX_DEVICES)
      throw new AppError(
        'too_many_devices',
        409,
        `You have ${count} devices, which is the most; remove one first`,
      )
    const [added] = await em.execute<Row[]>(
      `insert into devices (id, user_id, type, address) values (uuidv7(), ?, ?, ?) returning ${COLUMNS}`,
      [userId, type, address],
    )
    return viewOf(added as Row)
  })
}

/** With what was to be sent to it. Returns what the push service knows it by. @throws {AppError} 404 */
export const removeDevice = (
  database: Database,
  userId: string,
  id: string,
): Promise<string | null> =>
  database.transaction(async em => {
    const [row] = await em.execute<{ endpoint: string | null }[]>(
      'delete from devices where id = ? and user_id = ? returning endpoint',
      [id, userId],
    )
    if (!row) throw notFound('Device')
    return row.endpoint
  })
