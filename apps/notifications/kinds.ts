import { z } from 'zod'

/** Where a message may go. In the shop itself it is stored; by the others it is sent. */
export const CHANNELS = ['in_app', 'email', 'sms', 'push'] as const
export type Channel = (typeof CHANNELS)[number]
export type SendingChannel = Exclude<Channel, 'in_app'>

const cents = z.number().int()
const order = z.object({ order_id: z.uuid() })
const sum = { amount_cents: cents, currency: z.string() }
const priced = order.extend({
  items: z.array(
    z.object({ product_name: z.string(), quantity: z.number(), unit_price_cents: cents }),
  ),
  total_cents: cents,
  currency: z.string(),
})
const secret = z.object({ token: z.string(), expires_at: z.iso.datetime() })

/**
 * What there is to tell, with what its text is made of: the part of an event's data that is no address.
 */
export const CONTENTS = {
  welcome: z.object({}),
  order_placed: priced.extend({ expires_at: z.iso.datetime() }),
  order_paid: priced,
  order_shipped: order,
  order_delivered: order,
  order_cancelled: order.extend({ reason: z.string(), payment_id: z.uuid().nullable() }),
  order_refunded: order.extend(sum),
  payment_failed: order.extend(sum).extend({ reason: z.string() }),
  low_stock: z.object({ product_id: z.uuid(), available: z.number(), threshold: z.number() }),
  password_reset: secret,
  email_verification: secret,
}

export type Kind = keyof typeof CONTENTS
export type Content<K extends Kind> = z.output<(typeof CONTENTS)[K]>

export const KINDS = Object.keys(CONTENTS) as Kind[]

/** Mail that acts for a user: it always goes, and only there. */
export const SECRET_KINDS = ['password_reset', 'email_verification'] as const satisfies Kind[]
export type OpenKind = Exclude<Kind, (typeof SECRET_KINDS)[number]>

export const OPEN_KINDS = KINDS.filter(
  (kind): kind is OpenKind => !(SECRET_KINDS as readonly Kind[]).includes(kind),
)

/** Text messages cost and disturb: only who asks for them gets them. */
export const DEFAULTS: Readonly<Record<Channel, boolean>> = {
  in_app: true,
  email: true,
  sms: false,
  push: true,
}
