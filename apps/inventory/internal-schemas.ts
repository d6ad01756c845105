import { z } from 'zod'

/** What other services ask under `/internal/`. They import the types alone. */

const quantity = z.int().min(1).max(1_000_000)
const item = z.object({ product_id: z.uuid().toLowerCase(), quantity })

export const ReservationRequest = z.object({
  items: z
    .array(item)
    .min(1)
    .max(100)
    .refine(
      items => new Set(items.map(({ product_id }) => product_id)).size === items.length,
      'must name each product once',
    ),
  /** When the stock goes back if the order has not been paid. @default the setting `reservationMinutes` from now */
  expires_at: z.iso.datetime({ offset: true }).optional(),
})
export type ReservationRequest = z.input<typeof ReservationRequest>

export const RESERVATION_STATUSES = [
  'held',
  'consumed',
  'released',
  'expired',
  'lost',
  'refunded',
] as const
export const ReservationStatus = z.enum(RESERVATION_STATUSES)

export const ReservationAnswer = z.object({
  order_id: z.uuid(),
  status: z.literal('held'),
  expires_at: z.iso.datetime(),
  /** By product id. */
  items: z.array(item),
})
export type ReservationAnswer = z.input<typeof ReservationAnswer>

export const SettledAnswer = z.object({ order_id: z.uuid(), status: ReservationStatus })
export type SettledAnswer = z.input<typeof SettledAnswer>

/** Beside a 409 `out_of_stock` as `shortages`. */
export const Shortages = z.array(
  z.object({ product_id: z.uuid(), requested: z.int().min(1), available: z.int().min(0) }),
)
export type Shortages = z.input<typeof Shortages>
