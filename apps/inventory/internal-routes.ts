import type { Hono } from 'hono'
import type { AppEnv } from '../shared/http/http.ts'
import { describe } from '../shared/http/openapi.ts'
import { requireService } from '../shared/auth/service-token.ts'
import { answers, body, params } from '../shared/http/validation.ts'
import type { InventoryApp } from './app.ts'
import { ReservationAnswer, ReservationRequest, SettledAnswer } from './internal-schemas.ts'
import { OrderId } from './schemas.ts'
import { consumeReservation, releaseReservation } from './settle.ts'

/** What services ask: no edge routes these. */
export function addInternal(app: Hono<AppEnv>, deps: InventoryApp): Hono<AppEnv> {
  const { database, reserve, lowStockAt } = deps
  const service = requireService(deps.serviceToken)
  return app
    .put(
      '/internal/reservations/:order_id',
      describe('Hold all items for an order, or none', {
        409: 'out_of_stock with `shortages`, reservation_differs, or reservation_closed with `reservation_status`',
      }),
      service,
      params(OrderId),
      body(ReservationRequest),
      answers(200, ReservationAnswer),
      async c => {
        const { order_id } = c.req.valid('param')
        return c.var.answer(await reserve({ order_id, ...c.req.valid('json') }))
      },
    )
    .post(
      '/internal/reservations/:order_id/release',
      describe('Give back what an order holds'),
      service,
      params(OrderId),
      answers(200, SettledAnswer),
      async c => {
        const { order_id } = c.req.valid('param')
        return c.var.answer(await releaseReservation(database, order_id, lowStockAt))
      },
    )
    .post(
      '/internal/reservations/:order_id/consume',
      describe('Take what an order holds', {
        404: 'The order has reserved nothing',
        409: 'The reservation has ended, and its stock is gone',
      }),
      service,
      params(OrderId),
      answers(200, SettledAnswer),
      async c => {
        const { order_id } = c.req.valid('param')
        return c.var.answer(await consumeReservation(database, order_id, lowStockAt))
      },
    )
}
