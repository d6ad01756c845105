import type { Hono } from 'hono'
import type { AppEnv } from '../shared/http/http.ts'
import { describe } from '../shared/http/openapi.ts'
import { requireService } from '../shared/auth/service-token.ts'
import { body, documentsAnswer } from '../shared/http/validation.ts'
import type { ProductsApp } from './app.ts'
import { ProductLookup, ProductLookupAnswer } from './internal-schemas.ts'
import { lookupProducts } from './lookup-products.ts'

/** What services ask: no edge routes these. */
export const addInternal = (
  app: Hono<AppEnv>,
  { database, currency, serviceToken }: ProductsApp,
): Hono<AppEnv> =>
  app.post(
    '/internal/products/lookup',
    describe('Name, price and state of products'),
    requireService(serviceToken),
    body(ProductLookup),
    documentsAnswer(200, ProductLookupAnswer),
    async c => {
      const json = await lookupProducts(database, c.req.valid('json').product_ids, currency)
      return c.body(json, 200, { 'Content-Type': 'application/json' })
    },
  )
