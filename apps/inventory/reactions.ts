import type { Reactions } from '../shared/bus/reactions.ts'
import { unlessStale } from '../shared/events/inbox.ts'
import type manifest from './manifest.ts'
import { openStock, setSold } from './open-stock.ts'
import { settle } from './settle.ts'

/** What other services' events do to the stock. Any may come before those that it follows. */
export const reactions = ({ lowStockAt }: { lowStockAt: number }): Reactions<typeof manifest> => ({
  'product.created': async (em, { data }, { isStale }) => {
    await openStock(em, data.product_id, data.stock_quantity, lowStockAt)
    if (!isStale) await setSold(em, data.product_id, data.is_active)
  },
  'product.changed': unlessStale((em, { data }) => setSold(em, data.product_id, data.is_active)),
  'product.deleted': unlessStale((em, { data }) => setSold(em, data.product_id, false)),
  'order.paid': (em, { data }) =>
    settle(
      ...[em, data.order_id, 'consumed' as const, lowStockAt],
      data.items.map(({ product_id, quantity }) => ({ product_id, quantity })),
    ),
  // One that was paid twice goes on: only the second payment goes back.
  'order.cancelled': async (em, { data }) => {
    if (data.reason !== 'paid_twice') await settle(em, data.order_id, 'released', lowStockAt)
  },
  'order.refunded': (em, { data }) => settle(em, data.order_id, 'refunded', lowStockAt),
})
