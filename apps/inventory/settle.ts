import type { EntityManager } from '@mikro-orm/postgresql'
import type { Database, Statement } from '../shared/database/database.ts'
import { AppError, notFound } from '../shared/http/errors.ts'
import { currentRequest } from '../shared/http/request-context.ts'
import { storesEvents } from '../shared/events/stored-events.ts'
import type { SettledAnswer, Shortages } from './internal-schemas.ts'
import type { Reservation } from './reserve.ts'

/** How a reservation ends, as the database's function `settle` has it. */
type Wanted = 'released' | 'consumed' | 'refunded'

interface Outcome {
  status: SettledAnswer['status']
  /** Of an order that was paid when its stock was given back and sold to others. */
  shortages?: Shortages
}

const SETTLE: Statement = {
  name: 'settle',
  storesEvents: true,
  text: 'select settle($1, $2, null, $3, $4) as outcome',
}

/** In the transaction of the event that says so. The items are those of a paid order. */
export async function settle(
  em: EntityManager,
  orderId: string,
  wanted: Wanted,
  lowStockAt: number,
  items?: Reservation['items'],
): Promise<void> {
  storesEvents(em)
  await em.execute('select settle(?, ?, ?::jsonb, ?, ?)', [
    ...[orderId, wanted, items ? JSON.stringify(items) : null, lowStockAt],
    currentRequest()?.traceparent ?? null,
  ])
}

/** Gives back what the order holds; of one that holds nothing nothing changes, and it can reserve nothing any more. */
export const releaseReservation = (
  database: Database,
  orderId: string,
  lowStockAt: number,
): Promise<SettledAnswer> => settledNow(database, orderId, 'released', lowStockAt)

/** @throws {AppError} 404 without a reservation, 409 `out_of_stock` when it had ended and its stock is gone */
export const consumeReservation = (
  database: Database,
  orderId: string,
  lowStockAt: number,
): Promise<SettledAnswer> => settledNow(database, orderId, 'consumed', lowStockAt)

/** One round trip. The same again changes nothing, so that it may be sent again. */
async function settledNow(
  database: Database,
  orderId: string,
  wanted: Wanted,
  lowStockAt: number,
): Promise<SettledAnswer> {
  const [row] = await database.rows<{ outcome: Outcome | null }>(SETTLE, [
    ...[orderId, wanted, lowStockAt, currentRequest()?.traceparent ?? null],
  ])
  if (!row?.outcome) throw notFound('Reservation')
  const { status, shortages } = row.outcome
  if (wanted === 'consumed' && status !== 'consumed')
    throw new AppError(
      shortages ? 'out_of_stock' : 'reservation_closed',
      409,
      `The reservation of order ${orderId} is ${status} and can not be consumed`,
      { extensions: { reservation_status: status, ...(shortages && { shortages }) } },
    )
  return { order_id: orderId, status }
}
