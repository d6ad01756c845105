import type { Database, Statement } from '../shared/database/database.ts'
import { AppError } from '../shared/http/errors.ts'
import { currentRequest } from '../shared/http/request-context.ts'
import type { ReservationAnswer, Shortages } from './internal-schemas.ts'
import { lanes } from './lanes.ts'

export interface Reservation {
  order_id: string
  items: { product_id: string; quantity: number }[]
  expires_at?: string | undefined
}

interface Task {
  reservation: Reservation
  /** Of the request: whoever runs it may do so for others, too. */
  traceparent: string | undefined
}

/** One of these members, as the database's function `reserve` says. */
interface Outcome {
  held?: ReservationAnswer
  differs?: unknown
  closed?: string
  short?: Shortages
}

export type Reserve = (reservation: Reservation) => Promise<ReservationAnswer>

export interface ReserveOptions {
  poolSize: number
  reservationMinutes: number
  lowStockAt: number
}

const RESERVE: Statement = {
  name: 'reserve',
  storesEvents: true,
  text: 'select reserve($1::jsonb, $2, $3) as outcomes',
}

/** Few enough to be done long before anybody who waits for the same rows gives up. */
const ORDERS_AT_ONCE = 50
/** About as many as are done in the time that a caller waits. */
const ORDERS_WAITING = 1000

/**
 * Reserves all items of an order or none, once: the same again gives the same answer. One round trip, in which the
 * database locks, checks, moves, notes and publishes; orders for the same products that came meanwhile share the next
 * one. Some connections of the pool are always left to everybody else.
 * @throws {AppError} 409 `out_of_stock` with the shortages, `reservation_differs`, `reservation_closed`
 */
export function reserving(database: Database, options: ReserveOptions): Reserve {
  const { poolSize, reservationMinutes: minutes, lowStockAt } = options
  const inLane = lanes<Task, Outcome>({
    keysOf: ({ reservation }) => reservation.items.map(({ product_id }) => product_id),
    atOnce: Math.max(1, Math.floor(poolSize / 2)),
    perRun: ORDERS_AT_ONCE,
    waiting: ORDERS_WAITING,
    run: async tasks => {
      const requests = JSON.stringify(tasks.map(({ reservation }) => ({ ...reservation, minutes })))
      // Of what many orders did together there is one event: it goes on with the trace of the first.
      const traceparent = tasks[0]?.traceparent ?? null
      const values = [requests, lowStockAt, traceparent]
      const [row] = await database.rows<{ outcomes: Outcome[] }>(RESERVE, values)
      return row?.outcomes ?? []
    },
  })
  return async given => {
    const items = given.items.toSorted((a, b) => (a.product_id < b.product_id ? -1 : 1))
    const reservation = { ...given, items }
    const traceparent = currentRequest()?.traceparent
    return answerOf(given.order_id, await inLane({ reservation, traceparent }))
  }
}

function answerOf(orderId: string, { held, closed, short }: Outcome): ReservationAnswer {
  if (held) return held
  if (short) throw outOfStock(short)
  if (closed)
    throw new AppError(
      'reservation_closed',
      409,
      `The reservation of order ${orderId} is ${closed} and can not be held again`,
      // Not `status`: that is the problem document's own.
      { extensions: { reservation_status: closed } },
    )
  throw new AppError(
    'reservation_differs',
    409,
    `Order ${orderId} holds a reservation of other items; release it and reserve for a new order`,
  )
}

/** Names each product with what there is of it. */
export function outOfStock(shortages: Shortages): AppError {
  const names = shortages.map(
    ({ product_id, requested, available }) =>
      `${product_id}: ${requested} requested, ${available} available`,
  )
  return new AppError('out_of_stock', 409, `Not enough stock of ${names.join('; ')}`, {
    extensions: { shortages },
  })
}
