import { LockMode } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Caller } from '../shared/auth/auth.ts'
import type { Database, Statement } from '../shared/database/database.ts'
import { notFound } from '../shared/http/errors.ts'
import { type Order, OrderEntity } from './order.ts'
import { instantText, ORDER_DETAILS_JSON } from './order-json.ts'

const DETAILS: Statement = {
  name: 'order-details',
  text: `select user_id as "userId", ${ORDER_DETAILS_JSON} as json from orders where id = $1`,
}

const FOR_SERVICES: Statement = {
  name: 'order-for-services',
  text: `select format(
      '{"order_id":"%s","user_id":"%s","status":"%s","total_cents":%s,"currency":"%s","expires_at":"%s"}',
      id, user_id, status, total_cents, currency, ${instantText('expires_at')}) as json
    from orders where id = $1`,
}

/** An order with its history, as JSON text. @throws {AppError} 404, also for somebody else's */
export async function findOrder(database: Database, caller: Caller, id: string): Promise<string> {
  const [row] = await database.rows<{ userId: string; json: string }>(DETAILS, [id])
  if (!row || !maySee(caller, row.userId)) throw notFound('Order')
  return row.json
}

/** What another service may know of an order, as JSON text. @throws {AppError} 404 */
export async function findOrderForServices(database: Database, id: string): Promise<string> {
  const [row] = await database.rows<{ json: string }>(FOR_SERVICES, [id])
  if (!row) throw notFound('Order')
  return row.json
}

/** The order for a change: whoever else wants to change it waits. @throws {AppError} 404 */
export async function lockedOrder(em: EntityManager, id: string): Promise<Order> {
  const order = await em.findOne(OrderEntity, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE })
  if (!order) throw notFound('Order')
  return order
}

export const maySee = (caller: Caller, userId: string): boolean =>
  caller.role === 'admin' || caller.id === userId
