import type { EntityManager } from '@mikro-orm/postgresql'
import type { EventOf } from '../shared/events/events.ts'

export interface Recipient {
  /** Null: not known yet. */
  email: string | null
}

/** Named by every event of a user but the deletion. */
type AccountEvent = EventOf<
  | 'user.registered'
  | 'user.changed'
  | 'user.password-reset-requested'
  | 'user.email-verification-requested'
>

const LOCK = `
  insert into recipients as recipient (user_id) values (?)
  on conflict (user_id) do update set user_id = recipient.user_id
  returning email, deleted_at is not null as deleted`

/** Everything that is about the user waits until the transaction ends. Undefined: the account was deleted. */
export async function lockRecipient(
  em: EntityManager,
  userId: string,
): Promise<Recipient | undefined> {
  const [row] = await em.execute<{ email: string | null; deleted: boolean }[]>(LOCK, [userId])
  return row && !row.deleted ? { email: row.email } : undefined
}

const STORE_CONTACT = `
  insert into recipients as recipient (user_id, email, full_name, role, contact_sequence)
  values (?, ?, ?, ?, ?)
  on conflict (user_id) do update
    set email = excluded.email, full_name = excluded.full_name, role = excluded.role,
      contact_sequence = excluded.contact_sequence
    where recipient.deleted_at is null and recipient.contact_sequence < excluded.contact_sequence
  returning user_id`

/** Takes the contact of an event over unless a later event has told it, and lets go the mail that waited for it. */
export async function storeContact(
  em: EntityManager,
  { data, sequence }: AccountEvent,
): Promise<void> {
  const { user_id, email, full_name, role = 'buyer' } = data
  const stored: unknown[] = await em.execute(STORE_CONTACT, [
    ...[user_id, email, full_name, role, sequence],
  ])
  if (stored.length > 0)
    await em.execute(
      `update deliveries set state = 'due', due_at = now() where user_id = ? and state = 'waiting'`,
      [user_id],
    )
}

/** In the order in which their rows are locked. */
export async function adminIds(em: EntityManager): Promise<string[]> {
  const rows: { user_id: string }[] = await em.execute(
    `select user_id from recipients where role = 'admin' and deleted_at is null order by user_id`,
  )
  return rows.map(({ user_id }) => user_id)
}

/**
 * Nothing of the person is left: contact, messages, preferences, devices, and what was to be sent. That a row with the
 * id alone stays keeps late events from bringing anything back.
 * @returns endpoints of the apps, which the push service is to forget, too
 */
export async function forgetRecipient(em: EntityManager, userId: string): Promise<string[]> {
  await lockRecipient(em, userId)
  const devices: { endpoint: string | null }[] = await em.execute(
    'select endpoint from devices where user_id = ?',
    [userId],
  )
  for (const table of ['deliveries', 'messages', 'preferences', 'devices'])
    await em.execute(`delete from ${table} where user_id = ?`, [userId])
  await em.execute(
    `update recipients set email = null, full_name = null, role = 'buyer', deleted_at = now()
      where user_id = ?`,
    [userId],
  )
  return devices.flatMap(({ endpoint }) => endpoint ?? [])
}
