import type { EntityManager } from '@mikro-orm/postgresql'
import {
  type Channel,
  type Content,
  CONTENTS,
  DEFAULTS,
  type Kind,
  OPEN_KINDS,
  type SendingChannel,
} from './kinds.ts'
import { lockRecipient } from './recipients.ts'
import { renderShort } from './render.ts'
import { type Site, textOf } from './texts.ts'

/** Open streams of all instances listen here; the payload is the user's id. */
export const INBOX_CHANNEL = 'notifications_inbox'

export interface NotifyDeps {
  site: Site
  /** What can be sent here at all, by the channel and the type of device. */
  canSend: (channel: SendingChannel, device?: DeviceType) => boolean
}

export type DeviceType = 'phone' | 'ios' | 'android'

export interface News<K extends Kind> {
  eventId: string
  userId: string
  kind: K
  /** The event's data; only what the kind's text is made of is kept. */
  content: Content<K>
  /** After this it is of no use. */
  expiresAt?: string
}

/**
 * Tells a user something, by every channel that the user wants it on: a message in the shop, and deliveries that are
 * sent once the transaction is committed. A user who was deleted is told nothing.
 */
export async function notify<K extends Kind>(
  em: EntityManager,
  deps: NotifyDeps,
  news: News<K>,
): Promise<void> {
  const { userId, kind } = news
  const recipient = await lockRecipient(em, userId)
  if (!recipient) return
  // Cuts off what no text needs: addresses, ids.
  const content = CONTENTS[kind].parse(news.content) as Content<K>
  const wants = await wantedChannels(em, userId, kind)
  if (wants('in_app')) await storeMessage(em, deps.site, { ...news, content })
  if (wants('email') && deps.canSend('email'))
    await addDelivery(em, { ...news, content }, 'email', null, recipient.email === null)
  for (const { id, type } of await devicesOf(em, userId)) {
    const channel = type === 'phone' ? 'sms' : 'push'
    if (wants(channel) && deps.canSend(channel, type))
      await addDelivery(em, { ...news, content }, channel, id, false)
  }
}

async function wantedChannels(em: EntityManager, userId: string, kind: Kind) {
  if (!(OPEN_KINDS as readonly Kind[]).includes(kind))
    return (channel: Channel) => channel === 'email'
  const rows: { channel: Channel; enabled: boolean }[] = await em.execute(
    'select channel, enabled from preferences where user_id = ? and kind = ?',
    [userId, kind],
  )
  const chosen = new Map(rows.map(({ channel, enabled }) => [channel, enabled]))
  return (channel: Channel) => chosen.get(channel) ?? DEFAULTS[channel]
}

const devicesOf = (
  em: EntityManager,
  userId: string,
): Promise<{ id: string; type: DeviceType }[]> =>
  em.execute('select id, type from devices where user_id = ? order by id', [userId])

/** What apps may want to open; amounts and texts are in the body. */
const LINKED = new Set(['order_id', 'product_id'])

async function storeMessage<K extends Kind>(
  em: EntityManager,
  site: Site,
  { userId, kind, content }: News<K>,
): Promise<void> {
  const { title, body } = renderShort(textOf(kind, content, site))
  const data = Object.fromEntries(Object.entries(content).filter(([key]) => LINKED.has(key)))
  await em.execute(
    `with numbered as (
       update recipients set last_number = last_number + 1 where user_id = ? returning last_number
     ), stored as (
       insert into messages (id, user_id, number, kind, title, body, data)
       select uuidv7(), ?, last_number, ?, ?, ?, ?::jsonb from numbered returning user_id
     )
     select pg_notify('${INBOX_CHANNEL}', user_id::text) from stored`,
    [userId, userId, kind, title, body, JSON.stringify(data)],
  )
}

const addDelivery = <K extends Kind>(
  em: EntityManager,
  { eventId, userId, kind, content, expiresAt }: News<K>,
  channel: SendingChannel,
  deviceId: string | null,
  waits: boolean,
) =>
  em.execute(
    `insert into deliveries (id, event_id, user_id, kind, channel, device_id, content, state, expires_at)
     values (uuidv7(), ?, ?, ?, ?, ?, ?::jsonb, ?, ?)
     on conflict on constraint deliveries_once do nothing`,
    [
      ...[eventId, userId, kind, channel, deviceId, JSON.stringify(content)],
      ...[waits ? 'waiting' : 'due', expiresAt ?? null],
    ],
  )
