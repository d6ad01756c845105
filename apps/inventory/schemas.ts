import { z } from 'zod'
import { storable, whenGiven } from '../shared/http/validation.ts'

/** Figures are 32-bit integers in the database; products allow as much as opening stock. */
export const MAX_STOCK = 1_000_000_000

const id = z.uuid({ error: whenGiven('must be a UUID') })
const count = z.int().min(0)

export const ProductId = z.object({ product_id: id })
export const OrderId = z.object({ order_id: id })

export const StockResponse = z
  .object({
    product_id: z.uuid(),
    on_hand: count.describe('Pieces that there are'),
    reserved: count.describe('Those of them that orders hold'),
    available: count.describe('Those of them that can be ordered'),
  })
  .meta({
    id: 'StockResponse',
    examples: [
      {
        product_id: '0b9f1f3a-6c0e-4b39-8a51-8c2b6a1d9e10',
        ...{ on_hand: 12, reserved: 2, available: 10 },
      },
    ],
  })

const deltaError = `must be a whole number from ${-MAX_STOCK} to ${MAX_STOCK} other than 0`

export const AdjustmentCreate = z
  .object({
    delta: z
      .int({ error: whenGiven(deltaError) })
      .min(-MAX_STOCK, deltaError)
      .max(MAX_STOCK, deltaError)
      .refine(delta => delta !== 0, deltaError),
    reason: storable
      .max(500, 'must have at most 500 characters')
      .trim()
      .min(1, 'must not be empty'),
  })
  .meta({ id: 'AdjustmentCreate', examples: [{ delta: 24, reason: 'Delivery 4711' }] })

export const AdjustmentResponse = z
  .object({
    id: z.uuid(),
    product_id: z.uuid(),
    delta: z.int(),
    reason: z.string(),
    adjusted_by: z.uuid().describe('User id of the admin'),
    on_hand: count.describe('Afterwards, as reserved and available'),
    reserved: count,
    available: count,
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'AdjustmentResponse' })
export const Adjustments = z.array(AdjustmentResponse)

export type StockView = z.input<typeof StockResponse>
export type AdjustmentView = z.input<typeof AdjustmentResponse>
