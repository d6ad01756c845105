import type { Cache } from '../shared/cache.ts'
import type { Database, Statement } from '../shared/database.ts'
import { notFound } from '../shared/errors.ts'
import { PRODUCT_JSON } from './product-json.ts'

/** A product ready to be sent. */
export interface ProductText {
  etag: string
  json: string
}

const BY_ID: Statement = {
  name: 'product-by-id',
  text: `select (case when is_active then '+' else '-' end) || version || E'\\n' || ${PRODUCT_JSON} as entry from products where id = $1`,
}

/** What the cache holds: `+` (active) or `-`, the version, a line break, the JSON. One string, so that a hit parses nothing. */
type Entry = string

export const productEntry = async (database: Database, id: string): Promise<Entry | undefined> =>
  (await database.rows<{ entry: Entry }>(BY_ID, [id]))[0]?.entry

/**
 * Without a promise when the cache has it.
 * @param id in lower case, as the cache knows it
 * @param seesInactive admins see deleted products too
 * @throws {AppError} 404
 */
export function findProduct(
  { database, cache }: { database: Database; cache: Cache },
  id: string,
  seesInactive: boolean,
): ProductText | Promise<ProductText> {
  const entry = cache.getOrLoad(id, () => productEntry(database, id))
  return typeof entry === 'string'
    ? visible(entry, seesInactive)
    : entry.then(loaded => visible(loaded, seesInactive))
}

function visible(entry: Entry | undefined, seesInactive: boolean): ProductText {
  if (entry === undefined || (entry.startsWith('-') && !seesInactive)) throw notFound('Product')
  return textOf(entry)
}

export function textOf(entry: Entry): ProductText {
  const end = entry.indexOf('\n')
  return { etag: `"${entry.slice(1, end)}"`, json: entry.slice(end + 1) }
}
