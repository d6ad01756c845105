import type { Database, Statement } from '../shared/database/database.ts'

const BY_IDS: Statement = {
  name: 'lookup-products',
  text: `select coalesce(json_agg(json_build_object(
      'product_id', id, 'name', name, 'price_cents', price_cents, 'currency', $2::text, 'is_active', is_active)), '[]')::text
      as json
    from products where id = any($1::uuid[])`,
}

/**
 * JSON text of a `ProductLookupAnswer`, as PostgreSQL writes it. Not from the cache: an order is priced by it.
 * @param currency of every price
 */
export async function lookupProducts(
  database: Database,
  ids: readonly string[],
  currency: string,
): Promise<string> {
  const [row] = await database.rows<{ json: string }>(BY_IDS, [ids, currency])
  return `{"products":${row?.json ?? '[]'}}`
}
