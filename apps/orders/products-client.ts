import { z } from 'zod'
import type { Call } from '../shared/client.ts'
import { unexpectedAnswer } from './unexpected-answer.ts'

/** As products answers it. */
export interface ProductAnswer {
  product_id: string
  name: string
  price_cents: number
  currency: string
  is_active: boolean
}

const Lookup = z.object({
  products: z.array(
    z.object({
      product_id: z.uuid(),
      name: z.string(),
      price_cents: z.int().min(0),
      currency: z.string(),
      is_active: z.boolean(),
    }) satisfies z.ZodType<ProductAnswer>,
  ),
})

export type LookUpProducts = (ids: readonly string[]) => Promise<ProductAnswer[]>

/** Products by id; unknown ones are left out. @throws {AppError} 503 while products is down */
export const productsClient =
  (call: Call): LookUpProducts =>
  async ids => {
    const response = await call('/internal/products/lookup', {
      method: 'POST',
      // Reads alone: it may be asked again.
      headers: { 'content-type': 'application/json', 'idempotency-key': 'lookup' },
      body: JSON.stringify({ product_ids: ids }),
    })
    if (response.status !== 200) throw await unexpectedAnswer('products', response)
    return Lookup.parse(await response.json()).products
  }
