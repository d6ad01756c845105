import { z } from 'zod'
import type { Caller } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import { AppError } from '../shared/http/errors.ts'
import { decodeCursor, Instant, MAX_LIMIT, pageOf } from '../shared/http/page.ts'
import { instantText, ORDER_JSON } from './order-json.ts'
import type { OrderList } from './schemas.ts'

export type Listing = z.output<typeof OrderList>

/** JSON text of a page, and where the next one starts. */
export interface OrderPage {
  json: string
  next: unknown[] | undefined
}

interface Row {
  json: string
  position: string
  id: string
}

const Position = z.tuple([Instant, z.uuid()])

/**
 * Newest first, in a total order: no order is shown twice or left out between pages, whatever is placed meanwhile.
 * @throws {AppError} 403 when a buyer asks for somebody else's
 */
export async function listOrders(
  database: Database,
  caller: Caller,
  listing: Listing,
): Promise<OrderPage> {
  const { name, text, values } = listStatement({ ...listing, user_id: userOf(caller, listing) })
  const rows = await database.rows<Row>(name === undefined ? text : { name, text }, values)
  const page = pageOf(
    rows,
    listing.limit,
    row => row.json,
    row => [row.position, row.id],
  )
  return { json: `[${page.items.join(',')}]`, next: page.next }
}

/** Whose orders are meant; undefined: everybody's. */
function userOf(caller: Caller, { user_id }: Listing): string | undefined {
  if (caller.role === 'admin') return user_id
  if (user_id !== undefined && user_id !== caller.id)
    throw new AppError('forbidden', 403, 'user_id is not yours; leave it out to see your orders')
  return caller.id
}

export interface ListStatement {
  /** Of a statement that is planned once per connection; undefined: planned for these values. */
  name: string | undefined
  text: string
  values: unknown[]
}

/** SQL of one row more than the page, so that it shows whether there is another. */
export function listStatement({ user_id, status, after, skip, limit }: Listing): ListStatement {
  const values: unknown[] = []
  const bind = (value: unknown, cast: string) => `$${values.push(value)}::${cast}`
  const where = ['true']
  if (user_id !== undefined) where.push(`user_id = ${bind(user_id, 'uuid')}`)
  if (status !== undefined) where.push(`status = ${bind(status, 'text')}`)
  if (after !== undefined) {
    const [at, id] = decodeCursor(after, Position)
    where.push(`(created_at, id) < (${bind(at, 'timestamptz')}, ${bind(id, 'uuid')})`)
  }
  const offset = after === undefined ? skip : 0
  const rows = `select ${ORDER_JSON} as json, ${instantText('created_at')} as position, id
    from orders where ${where.join(' and ')} order by created_at desc, id desc`
  const parts = { user: user_id, status, after }
  const given = Object.entries(parts).flatMap(([part, value]) => (value === undefined ? [] : part))
  // Along an index that has the order one plan is right for all values. Not with a user's status, of which there may
  // be none among many orders, and not with a long way to skip, which may cost more than sorting.
  const isFixed = offset === 0 && (user_id === undefined || status === undefined)
  const bound = bind(limit + 1, 'integer')
  // A limit that is not known is planned for as a tenth of the table: the fixed one inside keeps the plan for a page.
  return isFixed
    ? {
        name: ['orders-by', ...given].join(' '),
        text: `select * from (${rows} limit ${MAX_LIMIT + 1}) page limit ${bound}`,
        values,
      }
    : { name: undefined, text: `${rows} limit ${bound} offset ${bind(offset, 'integer')}`, values }
}
