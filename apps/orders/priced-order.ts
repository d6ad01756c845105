import type { EntityManager } from '@mikro-orm/postgresql'
import type { EventData } from '../shared/events/events.ts'
import type { Order } from './order.ts'

type Lines = EventData<'order.paid'>['items']

/** An order as events tell it: who, what, at which price. */
export async function pricedOrder(em: EntityManager, order: Order) {
  const items: Lines = await em.execute(
    `select product_id, product_name, quantity, unit_price_cents
     from order_items where order_id = ? order by line`,
    [order.id],
  )
  return {
    order_id: order.id,
    user_id: order.userId,
    items,
    total_cents: order.totalCents,
    currency: order.currency,
  }
}
