import type { z } from 'zod'
import { toCents } from '../shared/money.ts'
import { decodeCursor, MAX_LIMIT } from '../shared/http/page.ts'
import { PRODUCT_JSON } from './product-json.ts'
import type { ProductList } from './schemas.ts'
import { keyOf, orderOf, positionOf } from './sort.ts'

export type Listing = z.output<typeof ProductList>

export interface ListStatement {
  /** Of a statement that is planned once per connection; undefined: planned for these values. */
  name: string | undefined
  text: string
  values: unknown[]
}

/** SQL of one row more than the page, so that it shows whether there is another. */
export function listStatement(listing: Listing): ListStatement {
  const values: unknown[] = []
  const bind = (value: unknown, cast: string) => `$${values.push(value)}::${cast}`
  const { expression, direction, position } = orderOf(listing.sort)
  const where = conditions(listing, bind).join(' and ')
  const rows = `select ${PRODUCT_JSON} as json, ${position} as position, id from products
    where ${where}
    order by ${expression} ${direction}, id ${direction}`
  const limit = bind(listing.limit + 1, 'integer')
  const name = preparedName(listing)
  // A limit that is not known is planned for as a tenth of the table: the fixed one inside keeps the plan that fits a
  // page. The outer select reads no more than it passes on, in the order in which the rows come.
  const text =
    name === undefined
      ? `${rows} limit ${limit} offset ${bind(offsetOf(listing), 'integer')}`
      : `select * from (${rows} limit ${MAX_LIMIT + 1}) page limit ${limit}`
  return { name, text, values }
}

function conditions(listing: Listing, bind: (value: unknown, cast: string) => string): string[] {
  const { category_id, min_price, max_price, search, after, sort } = listing
  const where = ['is_active']
  if (category_id !== undefined) where.push(`category_id = ${bind(category_id, 'uuid')}`)
  if (min_price !== undefined) where.push(`price_cents >= ${bind(toCents(min_price), 'integer')}`)
  if (max_price !== undefined) where.push(`price_cents <= ${bind(toCents(max_price), 'integer')}`)
  if (search) where.push(...containing(search, bind))
  if (after !== undefined) {
    const { expression, cast, direction } = orderOf(sort)
    const [, value, id] = decodeCursor(after, positionOf(sort))
    const than = direction === 'asc' ? '>' : '<'
    where.push(`(${expression}, id) ${than} (${bind(value, cast)}, ${bind(id, 'uuid')})`)
  }
  return where
}

const offsetOf = ({ after, skip }: Listing): number => (after === undefined ? skip : 0)

/**
 * Named by shape, where one plan is right for all values: reading along the index that has the order. Not so where the
 * best plan depends on a value: a search term may be rare or broad, a category or a price range may hold little or
 * all, unless the index begins with it; a long way to skip may cost more than sorting.
 */
function preparedName(listing: Listing): string | undefined {
  const { category_id, min_price, max_price, search, after, sort } = listing
  const key = keyOf(sort)
  const hasRange = min_price !== undefined || max_price !== undefined
  const isFixed =
    !search &&
    offsetOf(listing) === 0 &&
    (category_id === undefined || (key === 'created_at' && !hasRange)) &&
    (!hasRange || key === 'price')
  if (!isFixed) return undefined
  const parts = { category: category_id, min: min_price, max: max_price, after }
  const given = Object.entries(parts).flatMap(([part, value]) => (value === undefined ? [] : part))
  return ['products-by', sort, ...given].join(' ')
}

/**
 * `position` decides; `like` is there for the trigram index. Along an order `position` looks through a row in a fifth of
 * the time and goes first, as PostgreSQL takes the cheaper condition first: `concat`, which it does not compute
 * beforehand, makes `like` the dearer one. `<> 0` and not `> 0`: of that it expects to hold for a third of the rows.
 */
const containing = (search: string, bind: (value: unknown, cast: string) => string): string[] => [
  `position(lower(${bind(search, 'text')}) in search_text) <> 0`,
  `search_text like concat('%', lower(${bind(indexPattern(search), 'text')}), '%')`,
]

const BETWEEN_WORDS = /(?<=[\p{L}\p{N}]{3})[^\p{L}\p{N}]+(?=[\p{L}\p{N}]{3})/gu

/**
 * The words of a search in their order. What stands between them is left out: beginnings and ends of words are the
 * trigrams that most products have, and reading their long lists is what a search costs. Words of one or two characters
 * have no other trigrams and keep it.
 */
const indexPattern = (search: string): string =>
  search
    .replaceAll(/[\\%_]/g, character => `\\${character}`) // letters, in a search
    .replaceAll(BETWEEN_WORDS, '%')
