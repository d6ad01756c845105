import type { EntityManager } from '@mikro-orm/postgresql'
import type { Caller } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import { notFound } from '../shared/http/errors.ts'
import type { NewEvent } from '../shared/events/events.ts'
import { publish } from '../shared/events/outbox.ts'
import { findOrder, lockedOrder, maySee } from './find-order.ts'
import { cancel, type Order } from './order.ts'
import { type Cause, noteStep } from './order-step.ts'

/** By its buyer or an admin, as long as it is not paid. Returns the order as JSON text. @throws {AppError} 404, 409 */
export async function cancelOrder(database: Database, caller: Caller, id: string): Promise<string> {
  await database.transaction(async em => {
    const order = await lockedOrder(em, id)
    if (!maySee(caller, order.userId)) throw notFound('Order')
    const cause = {
      by: caller.id === order.userId ? 'buyer' : 'admin',
      actorId: caller.id,
    } as const
    await publish(em, await cancelled(em, order, 'requested', cause))
  })
  return findOrder(database, caller, id)
}

/** Cancels it in the caller's transaction; what comes back is to be published last. @throws {AppError} 409 */
export async function cancelled(
  em: EntityManager,
  order: Order,
  reason: 'requested' | 'expired',
  cause: Cause,
): Promise<NewEvent<'order.cancelled'>> {
  cancel(order)
  await noteStep(em, order, { step: 'cancelled', cause, reason })
  return {
    type: 'order.cancelled',
    subjectId: order.id,
    data: { order_id: order.id, user_id: order.userId, reason, payment_id: null },
  }
}
