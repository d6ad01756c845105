import { batched } from '../shared/database/batch.ts'
import type { Cache } from '../shared/cache/cache.ts'
import type { Database, Statement } from '../shared/database/database.ts'
import { notFound } from '../shared/http/errors.ts'
import type { ReadyAnswer } from '../shared/http/shortcut.ts'
import { PRODUCT_JSON } from './product-json.ts'

/** A product ready to be sent. */
export interface ProductText {
  etag: string
  json: string
}

/** As it is kept in memory. */
export interface KnownProduct extends ProductText {
  isActive: boolean
  /** Made when they are asked for first: for who sends no token, and for who does. */
  ready: { forAll: ReadyAnswer | undefined; forCaller: ReadyAnswer | undefined }
}

// Planned once, for any number of ids: PostgreSQL does not see through the sub-select how many there are.
export const BY_IDS: Statement = {
  name: 'products-by-ids',
  text: `select id, (case when is_active then '+' else '-' end) || version || E'\\n' || ${PRODUCT_JSON} as entry
    from products where id = any((select $1)::uuid[])`,
}

/** A product as Redis keeps it: `+` (active) or `-`, the version, a line break, the JSON. */
export type Entry = string

export function productOf(entry: Entry): KnownProduct {
  const end = entry.indexOf('\n')
  return {
    isActive: entry.startsWith('+'),
    etag: `"${entry.slice(1, end)}"`,
    json: entry.slice(end + 1),
    ready: { forAll: undefined, forCaller: undefined },
  }
}

/** Finds the entry of a product in the database. @param id in lower case */
export type EntryOf = (id: string) => Promise<Entry | undefined>

export const entriesOf = (database: Database): EntryOf =>
  batched(async ids => {
    const rows = await database.rows<{ id: string; entry: Entry }>(BY_IDS, [ids])
    return new Map(rows.map(({ id, entry }) => [id, entry]))
  })

/**
 * Without a promise when the cache has it.
 * @param id in lower case, as the cache knows it
 * @param seesInactive admins see deleted products too
 * @throws {AppError} 404
 */
export function findProduct(
  { entryOf, cache }: { entryOf: EntryOf; cache: Cache<KnownProduct> },
  id: string,
  seesInactive: boolean,
): KnownProduct | Promise<KnownProduct> {
  const product = cache.getOrLoad(id, () => entryOf(id))
  return product instanceof Promise
    ? product.then(loaded => visible(loaded, seesInactive))
    : visible(product, seesInactive)
}

/** @throws {AppError} 404 */
export function visible(product: KnownProduct | undefined, seesInactive: boolean): KnownProduct {
  if (product === undefined || !(product.isActive || seesInactive)) throw notFound('Product')
  return product
}
