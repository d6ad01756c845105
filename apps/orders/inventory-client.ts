import { z } from 'zod'
import type {
  ReservationAnswer,
  ReservationRequest,
  Shortages,
} from '../inventory/internal-schemas.ts'
import type { Call } from '../shared/clients/client.ts'
import { readerOf } from '../shared/clients/reader-of.ts'
import { unexpectedAnswer } from './unexpected-answer.ts'

export interface Reservation {
  orderId: string
  items: ReservationRequest['items']
  expiresAt: Date
}

/** What became of the wish to hold stock. */
export type Reserved =
  | { result: 'held'; expiresAt: string }
  | { result: 'short'; shortages: Shortages }
  /** An earlier try of the same order has it, with other items. */
  | { result: 'differs' }
  /** An earlier try of the same order had it, and it ended. */
  | { result: 'closed' }

export interface Inventory {
  /** All lines or none; the same again has the same answer. @throws {AppError} 503 while inventory is down */
  reserve: (wish: Reservation) => Promise<Reserved>
  /** @throws {AppError} 503 while inventory is down */
  release: (orderId: string) => Promise<void>
}

const Held = readerOf<ReservationAnswer>()(z.object({ expires_at: z.iso.datetime() }))

const Shortage = z.object({ product_id: z.uuid(), requested: z.int(), available: z.int() })

const Refused = z.discriminatedUnion('code', [
  z.object({
    code: z.literal('out_of_stock'),
    shortages: readerOf<Shortages>()(z.array(Shortage)),
  }),
  z.object({ code: z.literal('reservation_differs') }),
  z.object({ code: z.literal('reservation_closed') }),
])

export const inventoryClient = (call: Call): Inventory => ({
  reserve: async ({ orderId, items, expiresAt }) => {
    const response = await call(`/internal/reservations/${orderId}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        items,
        expires_at: expiresAt.toISOString(),
      } satisfies ReservationRequest),
    })
    if (response.status === 200)
      return { result: 'held', expiresAt: Held.parse(await response.json()).expires_at }
    if (response.status !== 409) throw await unexpectedAnswer('inventory', response)
    return refusal(Refused.parse(await response.json()))
  },
  release: async orderId => {
    const response = await call(`/internal/reservations/${orderId}/release`, {
      method: 'POST',
      headers: { 'idempotency-key': orderId },
    })
    if (response.status !== 200) throw await unexpectedAnswer('inventory', response)
  },
})

function refusal(refused: z.output<typeof Refused>): Reserved {
  switch (refused.code) {
    case 'out_of_stock':
      return { result: 'short', shortages: refused.shortages }
    case 'reservation_differs':
      return { result: 'differs' }
    case 'reservation_closed':
      return { result: 'closed' }
  }
}
