import type { z } from 'zod'
import type { Database } from '../shared/database.ts'
import { decodeCursor, pageOf } from '../shared/page.ts'
import { toCents } from '../shared/money.ts'
import { PRODUCT_JSON } from './product-json.ts'
import type { ProductList } from './schemas.ts'
import { orderOf, positionOf } from './sort.ts'

type Listing = z.output<typeof ProductList>

interface Row {
  json: string
  position: string | number
  id: string
}

/** JSON text of a page, and where the next one starts. */
export interface ProductPage {
  json: string
  next: unknown[] | undefined
}

/** Active products in a total order: no product is shown twice or left out between pages, whatever is inserted meanwhile. */
export async function listProducts(database: Database, listing: Listing): Promise<ProductPage> {
  const { text, values } = listStatement(listing)
  const rows = await database.rows<Row>(text, values)
  const page = pageOf(
    rows,
    listing.limit,
    row => row.json,
    row => [listing.sort, row.position, row.id],
  )
  return { json: `[${page.items.join(',')}]`, next: page.next }
}

/** `%`, `_` and `\` in a search are letters. */
export const likePattern = (search: string): string =>
  `%${search.replaceAll(/[\\%_]/g, character => `\\${character}`)}%`

/** Planned anew each time: a rare and a broad search term have different best plans. */
export function listStatement(listing: Listing) {
  const values: unknown[] = []
  const bind = (value: unknown, cast: string) => `$${values.push(value)}::${cast}`
  const order = orderOf(listing.sort)
  const where = ['is_active']
  if (listing.category_id !== undefined)
    where.push(`category_id = ${bind(listing.category_id, 'uuid')}`)
  if (listing.min_price !== undefined)
    where.push(`price_cents >= ${bind(toCents(listing.min_price), 'integer')}`)
  if (listing.max_price !== undefined)
    where.push(`price_cents <= ${bind(toCents(listing.max_price), 'integer')}`)
  if (listing.search)
    where.push(`search_text like lower(${bind(likePattern(listing.search), 'text')})`)
  if (listing.after !== undefined) {
    const [, value, id] = decodeCursor(listing.after, positionOf(listing.sort))
    const than = order.direction === 'asc' ? '>' : '<'
    where.push(
      `(${order.expression}, id) ${than} (${bind(value, order.cast)}, ${bind(id, 'uuid')})`,
    )
  }
  const offset = listing.after === undefined ? listing.skip : 0
  const sql = `select ${PRODUCT_JSON} as json, ${order.position} as position, id from products
    where ${where.join(' and ')}
    order by ${order.expression} ${order.direction}, id ${order.direction}
    limit ${bind(listing.limit + 1, 'integer')} offset ${bind(offset, 'integer')}`
  return { text: sql, values }
}
