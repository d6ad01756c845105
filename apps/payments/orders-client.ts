import { z } from 'zod'
import type { InternalOrderView } from '../orders/schemas.ts'
import type { Call } from '../shared/clients/client.ts'
import { unavailable } from '../shared/http/errors.ts'
import { readerOf } from '../shared/clients/reader-of.ts'

/** As orders answers it. */
export type OrderAnswer = InternalOrderView

const Answer = readerOf<OrderAnswer>()(
  z.object({
    order_id: z.uuid(),
    user_id: z.uuid(),
    status: z.enum(['pending', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded']),
    total_cents: z.int().min(0),
    currency: z.string(),
    expires_at: z.iso.datetime(),
  }),
)

/** Undefined: there is no such order. @throws {AppError} 503 while orders is down */
export type FindOrder = (id: string) => Promise<OrderAnswer | undefined>

export const ordersClient =
  (call: Call): FindOrder =>
  async id => {
    const response = await call(`/internal/orders/${id}`)
    if (response.status === 404) return undefined
    if (response.status === 200) return Answer.parse(await response.json())
    const cause = new Error(`orders answered ${response.status} about an order`)
    throw response.status >= 500
      ? unavailable('orders has a problem; try again shortly', cause)
      : cause
  }
