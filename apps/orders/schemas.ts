import { z } from 'zod'
import { Money } from '../shared/money.ts'
import { PageQuery } from '../shared/http/page.ts'
import { whenGiven } from '../shared/http/validation.ts'
import { STATUSES } from './order.ts'
import { CAUSES, STEPS } from './order-step.ts'

export const MAX_LINES = 100
export const MAX_QUANTITY = 1000

const Id = z.uuid({ error: whenGiven('must be a UUID') }).toLowerCase()
const quantityError = `must be a whole number from 1 to ${MAX_QUANTITY}`
const Quantity = z
  .int({ error: whenGiven(quantityError) })
  .min(1, quantityError)
  .max(MAX_QUANTITY, quantityError)
const linesError = `must have 1 to ${MAX_LINES} lines`

export const OrderCreate = z
  .object({
    user_id: Id.optional().describe("The caller's own id, as the reference has it"),
    items: z
      .array(
        z.object({
          product_id: Id,
          quantity: Quantity,
          unit_price: Money.optional().describe('Refused when it is not the price'),
        }),
      )
      .min(1, linesError)
      .max(MAX_LINES, linesError),
  })
  .meta({
    id: 'OrderCreate',
    examples: [
      {
        items: [
          { product_id: '0b9f1f3a-6c0e-4b39-8a51-8c2b6a1d9e10', quantity: 2, unit_price: 429.5 },
        ],
      },
    ],
  })

const Status = z.enum(STATUSES, { error: whenGiven(`must be one of ${STATUSES.join(', ')}`) })

export const OrderResponse = z
  .object({
    id: z.uuid(),
    user_id: z.uuid(),
    status: Status,
    items: z.array(
      z.object({
        product_id: z.uuid(),
        product_name: z.string(),
        quantity: z.int(),
        unit_price: z.number(),
        total_price: z.number(),
      }),
    ),
    total_amount: z.number(),
    currency: z.string(),
    expires_at: z.iso.datetime().describe('Until when it must be paid'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({
    id: 'OrderResponse',
    examples: [
      {
        id: '5e0e4c1c-7d0b-8f6a-9f2e-0c7c1d9b4a11',
        user_id: 'c0b1f6a2-0f64-4d0e-8a1e-6e3d3c5b7f10',
        status: 'pending',
        items: [
          {
            product_id: '0b9f1f3a-6c0e-4b39-8a51-8c2b6a1d9e10',
            product_name: 'Walnut Desk',
            quantity: 2,
            unit_price: 429.5,
            total_price: 859,
          },
        ],
        total_amount: 859,
        currency: 'USD',
        expires_at: '2026-11-22T12:15:00.000Z',
        created_at: '2026-11-22T12:00:00.000Z',
        updated_at: '2026-11-22T12:00:00.000Z',
      },
    ],
  })
export const Orders = z.array(OrderResponse)

export const OrderDetails = OrderResponse.extend({
  history: z
    .array(
      z.object({
        step: z.enum(STEPS),
        status: Status.describe("The order's from then on"),
        at: z.iso.datetime(),
        cause: z.enum(CAUSES),
        actor_id: z.uuid().nullable().describe('Who asked for it'),
        event_id: z.uuid().nullable().describe('The event that caused it'),
        payment_id: z.uuid().nullable(),
        reason: z.string().nullable(),
      }),
    )
    .describe('Everything that happened to it, oldest first'),
}).meta({ id: 'OrderDetails' })

export const OrderId = z.object({ order_id: Id })

export const OrderList = PageQuery.extend({
  user_id: Id.optional().describe('Left out: your own; for an admin those of everybody'),
  status: Status.optional(),
})

export const StatusChange = z.object({ status: Status }).meta({ id: 'StatusChange' })

export const Message = z.object({ message: z.string() }).meta({ id: 'Message' })

/** What other services may know of an order: `GET /internal/orders/{order_id}`. */
export const InternalOrder = z
  .object({
    order_id: z.uuid(),
    user_id: z.uuid(),
    status: Status,
    total_cents: z.int(),
    currency: z.string(),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: 'InternalOrder' })

export type OrderView = z.input<typeof OrderResponse>
export type OrderDetailsView = z.input<typeof OrderDetails>
export type MessageView = z.input<typeof Message>
export type InternalOrderView = z.output<typeof InternalOrder>
