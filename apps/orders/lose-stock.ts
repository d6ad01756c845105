import type { Effect } from '../shared/events/inbox.ts'
import { publish } from '../shared/events/outbox.ts'
import { lockedOrder } from './find-order.ts'
import { loseStock } from './order.ts'
import { noteStep } from './order-step.ts'

/** The order was paid after its reservation had ended, and its stock is sold: it is not shipped, the money goes back. */
export const reservationLost: Effect<'reservation.lost'> = async (em, event) => {
  const { order_id, shortages } = event.data
  const order = await lockedOrder(em, order_id)
  const cause = { by: 'inventory', eventId: event.id } as const
  const reason = shortages
    .map(({ product_id, available }) => `${available} left of ${product_id}`)
    .join(', ')
  const isToBeRefunded = order.status === 'paid'
  if (isToBeRefunded) loseStock(order)
  await noteStep(em, order, { step: 'stock_lost', cause, reason })
  if (!isToBeRefunded) return
  await publish(em, {
    type: 'order.cancelled',
    subjectId: order.id,
    data: {
      order_id: order.id,
      user_id: order.userId,
      reason: 'out_of_stock',
      payment_id: order.paymentId ?? null,
    },
  })
}
