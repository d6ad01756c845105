import type { z } from 'zod'
import type { Caller } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import { isDatabaseDown } from '../shared/database/database-errors.ts'
import { AppError } from '../shared/http/errors.ts'
import type { Idempotency } from '../shared/http/idempotency.ts'
import type { Log } from '../shared/process/log.ts'
import type { Inventory, Reserved } from './inventory-client.ts'
import { mergeLines, type PricedLine, priceLines } from './price-lines.ts'
import type { LookUpProducts } from './products-client.ts'
import type { OrderCreate } from './schemas.ts'
import { storeOrder } from './store-order.ts'

export interface Placing {
  database: Database
  lookUpProducts: LookUpProducts
  inventory: Inventory
  currency: string
  reservationMinutes: number
  log: Log
}

/** Stock is held for longer than the order waits: orders is who ends both, inventory only what was never stored. */
const HELD_LONGER_MINUTES = 10

/**
 * Prices the lines, holds the stock, stores the order. Its id comes from the idempotency key: a retry after a crash in
 * between finds the same reservation and goes on; without a retry the reservation expires.
 * @returns the answer as JSON text, which is stored with the order
 * @throws {AppError} 400, 403, 409, 422; 503 while products or inventory is down
 */
export async function placeOrder(
  deps: Placing,
  buyer: Caller,
  given: z.output<typeof OrderCreate>,
  key: Idempotency,
): Promise<string> {
  if (given.user_id !== undefined && given.user_id !== buyer.id)
    throw new AppError('forbidden', 403, 'user_id is not yours; leave it out or send your own')
  const { currency, reservationMinutes: minutes } = deps
  const wanted = mergeLines(given.items)
  const products = await deps.lookUpProducts(wanted.map(({ productId }) => productId))
  const lines = priceLines(wanted, products, currency)
  const reservedUntil = await reserve(deps, key.id, lines)
  if (reservedUntil === undefined) return notStored(deps, key.id)
  const order = { key, userId: buyer.id, currency, lines, minutes, reservedUntil }
  const json = await storeOrder(deps.database, order).catch(async (error: unknown) => {
    // It may have been stored all the same while the database is down, and a retry with the key finds the stock.
    if (!isDatabaseDown(error)) await releaseUnlessStored(deps, key.id)
    throw error
  })
  return json ?? notStored(deps, key.id)
}

/** Until when the stock is held; undefined when an earlier try of the same order had it, and it ended. */
async function reserve(
  { inventory, reservationMinutes }: Placing,
  orderId: string,
  lines: readonly PricedLine[],
): Promise<string | undefined> {
  const minutes = reservationMinutes + HELD_LONGER_MINUTES
  const reserved = await inventory.reserve({
    orderId,
    items: lines.map(({ productId, quantity }) => ({ product_id: productId, quantity })),
    expiresAt: new Date(Date.now() + minutes * 60_000),
  })
  switch (reserved.result) {
    case 'held':
      return reserved.expiresAt
    case 'short':
      throw outOfStock(reserved.shortages, lines)
    case 'differs':
      throw keyReused()
    case 'closed':
      return undefined
  }
}

function outOfStock(
  shortages: Extract<Reserved, { result: 'short' }>['shortages'],
  lines: readonly PricedLine[],
): AppError {
  const names = new Map(lines.map(({ productId, productName }) => [productId, productName]))
  const said = shortages.map(({ product_id, requested, available }) => ({
    ...{ product_id, product_name: names.get(product_id) ?? '' },
    ...{ requested, available },
  }))
  const sentence = said
    .map(
      ({ product_name, requested, available }) =>
        `"${product_name}": ${requested} wanted, ${available} available`,
    )
    .join('; ')
  return new AppError('out_of_stock', 409, `Not enough stock. ${sentence}`, {
    extensions: { shortages: said },
  })
}

const keyReused = (): AppError =>
  new AppError(
    'idempotency_key_reused',
    422,
    'This Idempotency-Key was used for another order; use a new one',
  )

const tooLate = (): AppError =>
  new AppError(
    'reservation_ended',
    409,
    'An earlier try with this Idempotency-Key was not completed in time and its stock is free again; send the order with a new key',
  )

/** The order is there already, or its reservation has ended or ends too soon for it. */
async function notStored({ database, inventory }: Placing, id: string): Promise<never> {
  // Of a twin that was faster `idempotent` finds the answer; not of an order whose key is forgotten.
  if (await isStored(database, id)) throw keyReused()
  await inventory.release(id)
  throw tooLate()
}

/** What fails for ever must not hold stock. Should this fail too, inventory lets the reservation expire. */
async function releaseUnlessStored(
  { database, inventory, log }: Placing,
  id: string,
): Promise<void> {
  try {
    if (!(await isStored(database, id))) await inventory.release(id)
  } catch (error) {
    log.warn({ err: error, order_id: id }, 'a reservation without an order stays until it expires')
  }
}

async function isStored(database: Database, id: string): Promise<boolean> {
  const statement = { name: 'order-exists', text: 'select 1 from orders where id = $1' }
  return (await database.rows(statement, [id])).length > 0
}
