import type { Database } from '../shared/database/database.ts'
import { sharedInTurn } from '../shared/database/batch.ts'
import { etagOf } from '../shared/http/etag.ts'
import { pageOf } from '../shared/http/page.ts'
import { type Listing, listStatement } from './list-statement.ts'

interface Row {
  json: string
  position: string | number
  id: string
}

/** JSON text of a page with its tag, and where the next one starts. */
export interface ProductPage {
  json: string
  etag: string
  next: unknown[] | undefined
}

export type ListProducts = (listing: Listing) => Promise<ProductPage>

/**
 * Active products in a total order: no product is shown twice or left out between pages, whatever is inserted meanwhile.
 * Requests for one page that come in together share it.
 */
export function productLists(database: Database): ListProducts {
  const share = sharedInTurn<ProductPage>()
  return listing => share(JSON.stringify(listing), () => listProducts(database, listing))
}

async function listProducts(database: Database, listing: Listing): Promise<ProductPage> {
  const { name, text, values } = listStatement(listing)
  const rows = await database.rows<Row>(name === undefined ? text : { name, text }, values)
  const page = pageOf(
    rows,
    listing.limit,
    row => row.json,
    row => [listing.sort, row.position, row.id],
  )
  const json = `[${page.items.join(',')}]`
  return { json, etag: etagOf(json), next: page.next }
}
