import { z } from 'zod'
import { defineService } from '../shared/manifest.ts'

export default defineService({
  name: 'products',
  description: 'The catalogue: products and their categories',
  routes: ['/products', '/products/*', '/categories', '/categories/*'],
  cachedRoutes: ['/products', '/products/*', '/categories', '/categories/*'],
  openRoutes: ['GET /products', 'GET /products/*', 'GET /categories', 'GET /categories/*'],
  needs: { database: true, cache: true, tokens: true, callers: true },
  publishes: ['product.created', 'product.changed', 'product.deleted'],
  consumes: ['stock.changed'],
  settings: {
    /** ISO 4217, of every price. */
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be a currency of three letters: USD')
      .default('USD'),
    /** How long a product stays in the cache when nothing changes it. */
    cacheSeconds: z.coerce.number().int().min(1).max(86_400).default(60),
    /** `max-age` of public answers for browsers and the CDN; a change is seen after this at the latest. */
    publicMaxAgeSeconds: z.coerce.number().int().min(0).max(86_400).default(5),
  },
  scale: { min: 2, max: 20, cpuPercent: 60, requestsPerTarget: 2000 },
})
