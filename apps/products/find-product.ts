import { batched } from '../shared/database/batch.ts'
import type { Cache } from '../shared/cache/cache.ts'
import type { Database, Statement } from '../shared/database/database.ts'
import { notFound } from '../shared/http/errors.ts'
import { PRODUCT_JSON } from './product-json.ts'

/** A product ready to be sent. */
export interface ProductText {
  etag: string
  json: string
}

// Planned once, for any number of ids: PostgreSQL does not see through the sub-select how many there are.
export const BY_IDS: Statement = {
  name: 'products-by-ids',
  text: `select id, (case when is_active then '+' else '-' end) || version || E'\\n' || ${PRODUCT_JSON} as entry
    from products where id = any((select $1)::uuid[])`,
}

/** What the cache holds: `+` (active) or `-`, the version, a line break, the JSON. One string, so that a hit parses nothing. */
export type Entry = string

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
  { entryOf, cache }: { entryOf: EntryOf; cache: Cache },
  id: string,
  seesInactive: boolean,
): ProductText | Promise<ProductText> {
  const entry = cache.getOrLoad(id, () => entryOf(id))
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
