import type { EntityManager } from '@mikro-orm/postgresql'
import type { Caller } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import type { NewEvent } from '../shared/events/events.ts'
import { publish } from '../shared/events/outbox.ts'
import { cancelled } from './cancel-order.ts'
import { lockedOrder } from './find-order.ts'
import { deliver, illegal, type Order, refuseMoneysStatus, ship, type Status } from './order.ts'
import { type Cause, noteStep } from './order-step.ts'
import type { MessageView } from './schemas.ts'

/** An admin's step. @throws {AppError} 404, 409 naming the legal steps */
export async function changeStatus(
  database: Database,
  admin: Caller,
  id: string,
  status: Status,
): Promise<MessageView> {
  await database.transaction(async em => {
    const order = await lockedOrder(em, id)
    await publish(em, await taken(em, order, status, { by: 'admin', actorId: admin.id }))
  })
  return { message: 'Order status updated successfully' }
}

async function taken(
  em: EntityManager,
  order: Order,
  status: Status,
  cause: Cause,
): Promise<NewEvent> {
  refuseMoneysStatus(order, status)
  switch (status) {
    case 'shipped':
      ship(order)
      break
    case 'delivered':
      deliver(order)
      break
    case 'cancelled':
      return cancelled(em, order, 'requested', cause)
    case 'pending':
    case 'paid':
    case 'refunded':
      throw illegal(order.status, status)
  }
  await noteStep(em, order, { step: status, cause })
  return {
    type: `order.${status}`,
    subjectId: order.id,
    data: { order_id: order.id, user_id: order.userId },
  }
}
