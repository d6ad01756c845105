import type { Database } from '../shared/database/database.ts'
import { pageOf } from '../shared/http/page.ts'
import { type Listing, listStatement } from './list-statement.ts'

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
  const { name, text, values } = listStatement(listing)
  const rows = await database.rows<Row>(name === undefined ? text : { name, text }, values)
  const page = pageOf(
    rows,
    listing.limit,
    row => row.json,
    row => [listing.sort, row.position, row.id],
  )
  return { json: `[${page.items.join(',')}]`, next: page.next }
}
