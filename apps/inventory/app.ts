import type { Hono } from 'hono'
import type { Auth } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import { type AppEnv, service } from '../shared/http/http.ts'
import type { Log } from '../shared/process/log.ts'
import { describe } from '../shared/http/openapi.ts'
import { LINK_HEADER, PageQuery, setNextLink } from '../shared/http/page.ts'
import { answers, body, params, query } from '../shared/http/validation.ts'
import { adjustStock } from './adjust-stock.ts'
import { findStock } from './find-stock.ts'
import { addInternal } from './internal-routes.ts'
import { listAdjustments } from './list-adjustments.ts'
import { idempotentWithKey } from './optional-key.ts'
import type { Reserve } from './reserve.ts'
import {
  AdjustmentCreate,
  AdjustmentResponse,
  Adjustments,
  ProductId,
  StockResponse,
} from './schemas.ts'

export interface InventoryApp {
  database: Database
  auth: Auth
  log: Log
  reserve: Reserve
  lowStockAt: number
  /** What other services prove themselves with. */
  serviceToken: string
  corsOrigins: readonly string[]
}

/** Every path of the inventory service. */
export function createApp(deps: InventoryApp): Hono<AppEnv> {
  const { database, auth, lowStockAt } = deps
  const admin = auth.requireRole('admin')

  const app = service(deps.log, deps.corsOrigins)
    .get(
      '/inventory/:product_id',
      describe('How much there is of a product', { 404: 'Product not found' }),
      auth.requireUser(),
      params(ProductId),
      answers(200, StockResponse),
      async c => c.var.answer(await findStock(database, c.req.valid('param').product_id)),
    )
    .post(
      '/inventory/:product_id/adjustments',
      describe('Change what is on hand (admin)', {
        404: 'Product not found',
        409: 'More would be taken away than is available',
      }),
      admin,
      idempotentWithKey(database),
      params(ProductId),
      body(AdjustmentCreate),
      answers(201, AdjustmentResponse),
      async c => {
        const { product_id } = c.req.valid('param')
        const adjustment = { ...c.req.valid('json'), adjustedBy: c.var.caller.id }
        return c.var.answer(
          await adjustStock(database, product_id, adjustment, lowStockAt, c.var.idempotency),
        )
      },
    )
    .get(
      '/inventory/:product_id/adjustments',
      describe('Who changed what is on hand, and why; the newest first (admin)'),
      admin,
      params(ProductId),
      query(PageQuery),
      answers(200, Adjustments, { headers: LINK_HEADER }),
      async c => {
        const { product_id } = c.req.valid('param')
        const page = await listAdjustments(database, product_id, c.req.valid('query'))
        setNextLink(c, page.next)
        return c.var.answer(page.items)
      },
    )

  return addInternal(app, deps)
}
