import type { EntityManager } from '@mikro-orm/postgresql'
import type { EventOf } from '../shared/events/events.ts'
import type { Effect } from '../shared/events/inbox.ts'
import { fromCents } from '../shared/money.ts'
import { publish } from '../shared/events/outbox.ts'
import { lockedOrder } from './find-order.ts'
import { type Order, pay, refund } from './order.ts'
import { noteStep } from './order-step.ts'
import { pricedOrder } from './priced-order.ts'

const causeOf = ({ id }: EventOf<'payment.completed' | 'payment.failed' | 'payment.refunded'>) =>
  ({ by: 'payments', eventId: id }) as const

/** Pays the order. One that can't be paid any more, or is paid by another payment, gives the money back. */
export const paymentCompleted: Effect<'payment.completed'> = async (em, event) => {
  const { order_id, payment_id } = event.data
  const order = await lockedOrder(em, order_id)
  const cause = causeOf(event)
  if (order.status !== 'pending') {
    if (order.paymentId !== payment_id) await giveBack(em, order, event)
    return
  }
  // The refund of a payment may arrive before its completion: then there is no money in it.
  if (await isRefunded(em, order, payment_id)) return
  refuseOtherSum(order, event)
  pay(order, payment_id)
  await noteStep(em, order, { step: 'paid', cause, paymentId: payment_id })
  await publish(em, {
    type: 'order.paid',
    subjectId: order.id,
    data: { ...(await pricedOrder(em, order)), payment_id },
  })
}

/** The buyer may try again until the order expires. */
export const paymentFailed: Effect<'payment.failed'> = async (em, event) => {
  const { order_id, payment_id, reason } = event.data
  const order = await lockedOrder(em, order_id)
  await noteStep(em, order, {
    step: 'payment_failed',
    cause: causeOf(event),
    paymentId: payment_id,
    reason,
  })
}

/** A refund of all that was paid makes the order refunded; a part of it, or after it was shipped, is noted. */
export const paymentRefunded: Effect<'payment.refunded'> = async (em, event) => {
  const { order_id, payment_id, refunded_cents, amount_cents } = event.data
  const order = await lockedOrder(em, order_id)
  const step = { cause: causeOf(event), paymentId: payment_id }
  const isAll = refunded_cents >= order.totalCents
  if (order.status !== 'paid' || order.paymentId !== payment_id || !isAll) {
    const reason = `${fromCents(amount_cents)} ${order.currency}`
    await noteStep(em, order, {
      ...step,
      step: isAll ? 'payment_refunded' : 'partly_refunded',
      reason,
    })
    return
  }
  refund(order)
  await noteStep(em, order, { ...step, step: 'refunded' })
  await publish(em, {
    type: 'order.refunded',
    subjectId: order.id,
    data: {
      order_id: order.id,
      user_id: order.userId,
      amount_cents: refunded_cents,
      currency: order.currency,
    },
  })
}

async function isRefunded(em: EntityManager, order: Order, paymentId: string): Promise<boolean> {
  const found: unknown[] = await em.execute(
    `select 1 from order_steps where order_id = ? and payment_id = ? and step = 'payment_refunded'`,
    [order.id, paymentId],
  )
  return found.length > 0
}

/** Asks payments to refund what the order can't take: it is cancelled, or paid by another payment. */
async function giveBack(
  em: EntityManager,
  order: Order,
  event: EventOf<'payment.completed'>,
): Promise<void> {
  const { payment_id } = event.data
  const reason = order.status === 'cancelled' ? await whyCancelled(em, order) : 'paid_twice'
  const step = { step: 'payment_returned', cause: causeOf(event), paymentId: payment_id } as const
  await noteStep(em, order, { ...step, reason })
  await publish(em, {
    type: 'order.cancelled',
    subjectId: order.id,
    data: { order_id: order.id, user_id: order.userId, reason, payment_id },
  })
}

async function whyCancelled(em: EntityManager, order: Order): Promise<'requested' | 'expired'> {
  const [row]: { reason: 'requested' | 'expired' }[] = await em.execute(
    `select reason from order_steps where order_id = ? and step = 'cancelled'`,
    [order.id],
  )
  if (!row) throw new Error(`order ${order.id} is cancelled, and its history does not say so`)
  return row.reason
}

/** Payments charges an order's sum alone; another is a fault that a person must look at. */
function refuseOtherSum(order: Order, { data }: EventOf<'payment.completed'>): void {
  if (data.amount_cents === order.totalCents && data.currency === order.currency) return
  throw new Error(
    `payment ${data.payment_id} is over ${data.amount_cents} cents ${data.currency}, order ${order.id} over ${order.totalCents} cents ${order.currency}`,
  )
}
