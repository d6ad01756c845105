import { z } from 'zod'

const id = z.uuid()
const cents = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
/** ISO 4217. Every sum of an event is in integer cents of the currency beside it. */
const currency = z.string().regex(/^[A-Z]{3}$/)
const at = z.iso.datetime()
const count = z.number().int().min(0)

const product = z.object({
  product_id: id,
  name: z.string(),
  price_cents: cents,
  currency,
  category_id: id.nullable(),
  is_active: z.boolean(),
})

const shortage = z.object({ product_id: id, requested: count, available: count })

const order = z.object({ order_id: id, user_id: id })
const orderLines = z.array(
  z.object({
    product_id: id,
    product_name: z.string(),
    quantity: z.number().int().min(1),
    unit_price_cents: cents,
  }),
)
const pricedOrder = order.extend({ items: orderLines, total_cents: cents, currency })

const payment = z.object({
  payment_id: id,
  order_id: id,
  user_id: id,
  amount_cents: cents,
  currency,
})

const account = z.object({
  user_id: id,
  email: z.string(),
  full_name: z.string(),
  role: z.enum(['buyer', 'admin']).optional(),
})
/** The token is for the mail alone: whoever holds it may act as the user until it expires. */
const secretMail = account.extend({ token: z.string().min(1), expires_at: at })

const declare = <Data extends z.ZodObject>(version: number, data: Data) => ({ version, data })

/**
 * Every event that crosses services, declared once: what its data holds. The word before the dot is the type of its
 * subject, whose sequence numbers one service alone gives. A new optional field keeps the version; consumers drop what
 * they don't know. Anything else is a new version, which only consumers that were rolled out before understand.
 */
export const EVENTS = {
  /** `stock_quantity` is the opening stock. */
  'product.created': declare(1, product.extend({ stock_quantity: count })),
  'product.changed': declare(1, product),
  'product.deleted': declare(1, z.object({ product_id: id })),

  'stock.changed': declare(
    1,
    z.object({ product_id: id, on_hand: count, reserved: count, available: count }),
  ),
  'stock.low': declare(1, z.object({ product_id: id, available: count, threshold: count })),

  /** An order was paid whose reservation had ended, and its stock is sold: nothing is held, the money must go back. */
  'reservation.lost': declare(1, z.object({ order_id: id, shortages: z.array(shortage) })),

  'order.placed': declare(1, pricedOrder.extend({ expires_at: at })),
  'order.paid': declare(1, pricedOrder.extend({ payment_id: id })),
  'order.cancelled': declare(
    1,
    order.extend({
      /** `paid_twice`: the order goes on, one payment too many must be given back. */
      reason: z.enum(['requested', 'expired', 'out_of_stock', 'paid_twice']),
      /** What was charged all the same and must be given back. */
      payment_id: id.nullable(),
    }),
  ),
  'order.shipped': declare(1, order),
  'order.delivered': declare(1, order),
  'order.refunded': declare(1, order.extend({ amount_cents: cents, currency })),

  'payment.completed': declare(1, payment),
  'payment.failed': declare(1, payment.extend({ reason: z.string() })),
  /** `amount_cents`: of this refund; `refunded_cents`: of all refunds of the payment so far. */
  'payment.refunded': declare(1, payment.extend({ refund_id: id, refunded_cents: cents })),

  'user.registered': declare(1, account),
  'user.changed': declare(1, account),
  /** Everything that is known about the person must go. */
  'user.deleted': declare(1, z.object({ user_id: id })),
  'user.password-reset-requested': declare(1, secretMail),
  'user.email-verification-requested': declare(1, secretMail),
}
