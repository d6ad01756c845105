import type { Hono } from 'hono'
import type { Auth } from '../shared/auth/auth.ts'
import { type AppEnv, service } from '../shared/http/http.ts'
import { idempotent } from '../shared/http/idempotency.ts'
import { describe } from '../shared/http/openapi.ts'
import { LINK_HEADER, nextLink } from '../shared/http/page.ts'
import { requireService } from '../shared/auth/service-token.ts'
import { answers, body, documentsAnswer, params, query } from '../shared/http/validation.ts'
import { cancelOrder } from './cancel-order.ts'
import { changeStatus } from './change-status.ts'
import { findOrder, findOrderForServices } from './find-order.ts'
import { listOrders } from './list-orders.ts'
import { placeOrder, type Placing } from './place-order.ts'
import {
  InternalOrder,
  Message,
  OrderCreate,
  OrderDetails,
  OrderId,
  OrderList,
  OrderResponse,
  Orders,
} from './schemas.ts'
import { statusGiven } from './status-given.ts'

export interface OrdersApp extends Placing {
  auth: Auth
  /** What other services prove themselves with. */
  serviceToken: string
  corsOrigins: readonly string[]
}

const LOCATION = { Location: { description: 'Its path', schema: { type: 'string' } } }

/** JSON text as it is. Only who asked may keep it, and must ask again. */
const json = (text: string, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(text, {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'private, no-cache',
      ...headers,
    },
  })

/** Every path of the orders service. */
export function createApp(deps: OrdersApp): Hono<AppEnv> {
  const { database, auth } = deps
  const user = auth.requireUser()
  return service(deps.log, deps.corsOrigins)
    .post(
      '/orders',
      describe('Order products at their present price; holds their stock until `expires_at`', {
        400: 'No Idempotency-Key, an unknown or inactive product, or the body is not JSON',
        403: 'user_id is not the caller',
        409: 'A unit_price is not the price, or there is not enough stock: see `code`, `prices`, `shortages`',
      }),
      user,
      idempotent(database),
      body(OrderCreate),
      documentsAnswer(201, OrderResponse, { headers: LOCATION }),
      async c => {
        const key = c.var.idempotency
        const order = await placeOrder(deps, c.var.caller, c.req.valid('json'), key)
        return json(order, 201, { location: `/orders/${key.id}` })
      },
    )
    .get(
      '/orders',
      describe('List orders, newest first', { 403: 'user_id is not the caller' }),
      user,
      query(OrderList),
      documentsAnswer(200, Orders, { headers: LINK_HEADER }),
      async c => {
        const page = await listOrders(database, c.var.caller, c.req.valid('query'))
        return json(page.json, 200, nextLink(c.req.url, page.next))
      },
    )
    .get(
      '/orders/:order_id',
      describe('An order and its history', { 404: "No such order, or somebody else's" }),
      user,
      params(OrderId),
      documentsAnswer(200, OrderDetails),
      async c => json(await findOrder(database, c.var.caller, c.req.valid('param').order_id)),
    )
    .put(
      '/orders/:order_id/status',
      describe('Set the status (admin)', {
        404: 'Order not found',
        409: 'A step that the status does not allow: `allowed` has the legal ones',
      }),
      auth.requireRole('admin'),
      params(OrderId),
      statusGiven(),
      answers(200, Message),
      async c =>
        c.var.answer(
          await changeStatus(database, c.var.caller, c.req.valid('param').order_id, c.var.status),
        ),
    )
    .post(
      '/orders/:order_id/cancel',
      describe('Cancel an order that is not paid', {
        404: "No such order, or somebody else's",
        409: 'It is not pending any more',
      }),
      user,
      params(OrderId),
      documentsAnswer(200, OrderDetails),
      async c => json(await cancelOrder(database, c.var.caller, c.req.valid('param').order_id)),
    )
    .get(
      '/internal/orders/:order_id',
      describe('What services may know of an order', { 404: 'Order not found' }),
      requireService(deps.serviceToken),
      params(OrderId),
      documentsAnswer(200, InternalOrder),
      async c => json(await findOrderForServices(database, c.req.valid('param').order_id)),
    )
}
