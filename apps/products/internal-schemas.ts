import { z } from 'zod'

/** What other services ask under `/internal/`. They import the types alone. */

export const ProductLookup = z.object({ product_ids: z.array(z.uuid()).min(1).max(100) })
export type ProductLookup = z.input<typeof ProductLookup>

/** Unknown ids are left out. */
export const ProductLookupAnswer = z.object({
  products: z.array(
    z.object({
      product_id: z.uuid(),
      name: z.string(),
      price_cents: z.int().min(0),
      currency: z.string(),
      is_active: z.boolean(),
    }),
  ),
})
export type ProductLookupAnswer = z.input<typeof ProductLookupAnswer>
