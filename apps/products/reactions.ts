import type { Reactions } from '../shared/bus/reactions.ts'
import type { Cache } from '../shared/cache/cache.ts'
import { unlessStale } from '../shared/events/inbox.ts'
import type manifest from './manifest.ts'

const SHOW_STOCK = `
  update products set stock_quantity = ?, version = version + 1, updated_at = now()
  where id = ? and stock_quantity <> ? returning id`

/** What other services' events do to the catalogue. */
export const reactions = ({
  cache,
}: {
  cache: Pick<Cache<unknown>, 'invalidate'>
}): Reactions<typeof manifest> => ({
  'stock.changed': unlessStale(async (em, { data }) => {
    const { product_id, available } = data
    const changed: unknown[] = await em.execute(SHOW_STOCK, [available, product_id, available])
    if (changed.length > 0) return () => cache.invalidate([product_id])
  }),
})
