import type { Database } from '../shared/database/database.ts'
import { storesEvents } from '../shared/events/stored-events.ts'

/** Few enough for one statement to end well within the time that a statement may take. */
const AT_ONCE = 500

const ANNOUNCE = `
  with unannounced as (
    select id from products where not is_announced order by id limit ${AT_ONCE} for update skip locked
  ), announced as (
    update products set is_announced = true from unannounced where products.id = unannounced.id returning products.*
  )
  select store_event('product:' || id, jsonb_build_object(
    'type', 'product.created',
    'version', 1,
    'traceparent', null,
    'subject', jsonb_build_object('type', 'product', 'id', id),
    'data', jsonb_build_object(
      'product_id', id,
      'name', name,
      'price_cents', price_cents,
      'currency', ?::text,
      'category_id', category_id,
      'is_active', is_active,
      'stock_quantity', stock_quantity)))
  from announced`

/**
 * Publishes product.created of products that were made by a version that did not. Instances share the work.
 * @returns how many this one announced
 */
export async function announceProducts(database: Database, currency: string): Promise<number> {
  const { length } = await database.transaction(em => {
    storesEvents(em)
    return em.execute(ANNOUNCE, [currency])
  })
  return length < AT_ONCE ? length : length + (await announceProducts(database, currency))
}
