import type { Database } from '../shared/database/database.ts'
import { publish } from '../shared/events/outbox.ts'
import { cancelled } from './cancel-order.ts'
import { OrderEntity } from './order.ts'

/** Few enough for a transaction to be short. */
const AT_ONCE = 50

/**
 * Cancels orders that were not paid in time. Of several instances each takes orders that no other has (SKIP LOCKED); one
 * that is being paid or cancelled at this moment is left for the next time.
 * @returns how many
 */
export async function expireOrders(database: Database, graceSeconds: number): Promise<number> {
  const count = await database.transaction(async em => {
    const rows: { id: string }[] = await em.execute(
      `select id from orders where status = 'pending' and expires_at < now() - ? * interval '1 s'
       order by expires_at limit ${AT_ONCE} for update skip locked`,
      [graceSeconds],
    )
    if (rows.length === 0) return 0
    const orders = await em.find(OrderEntity, { id: rows.map(({ id }) => id) })
    const events = []
    for (const order of orders) events.push(await cancelled(em, order, 'expired', { by: 'expiry' }))
    await publish(em, ...events)
    return orders.length
  })
  return count === AT_ONCE ? count + (await expireOrders(database, graceSeconds)) : count
}
