import { z } from 'zod'
import type { ProductLookup, ProductLookupAnswer } from '../products/internal-schemas.ts'
import type { Call } from '../shared/clients/client.ts'
import { readerOf } from '../shared/clients/reader-of.ts'
import { unexpectedAnswer } from './unexpected-answer.ts'

/** As products answers it. */
export type ProductAnswer = ProductLookupAnswer['products'][number]

const Lookup = readerOf<ProductLookupAnswer>()(
  z.object({
    products: z.array(
      z.object({
        product_id: z.uuid(),
        name: z.string(),
        price_cents: z.int().min(0),
        currency: z.string(),
        is_active: z.boolean(),
      }),
    ),
  }),
)

export type LookUpProducts = (ids: readonly string[]) => Promise<ProductAnswer[]>

/** Products by id; unknown ones are left out. @throws {AppError} 503 while products is down */
export const productsClient =
  (call: Call): LookUpProducts =>
  async ids => {
    const response = await call('/internal/products/lookup', {
      method: 'POST',
      // Reads alone: it may be asked again.
      headers: { 'content-type': 'application/json', 'idempotency-key': 'lookup' },
      body: JSON.stringify({ product_ids: [...ids] } satisfies ProductLookup),
    })
    if (response.status !== 200) throw await unexpectedAnswer('products', response)
    return Lookup.parse(await response.json()).products
  }
