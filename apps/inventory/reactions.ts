import type { Reactions } from '../shared/bus/reactions.ts'
import { unlessStale } from '../shared/inbox.ts'
import type manifest from './manifest.ts'
import { openStock, setSold } from './open-stock.ts'

/** What other services' events do to the stock. Any may come before those that it follows. */
export const reactions = ({ lowStockAt }: { lowStockAt: number }): Reactions<typeof manifest> => ({
  'product.created': async (em, { data }, { isStale }) => {
    await openStock(em, data.product_id, data.stock_quantity, lowStockAt)
    if (!isStale) await setSold(em, data.product_id, data.is_active)
  },
  'product.changed': unlessStale((em, { data }) => setSold(em, data.product_id, data.is_active)),
  'product.deleted': unlessStale((em, { data }) => setSold(em, data.product_id, false)),
})
