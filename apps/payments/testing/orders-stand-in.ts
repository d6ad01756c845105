import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OrderAnswer } from '../orders-client.ts'

export const ORDERS_TOKEN = 'the-token-that-payments-shows-to-orders'

export interface OrdersStandIn {
  url: string
  orders: Map<string, OrderAnswer>
  /** An order that can be paid. */
  place: (userId: string, given?: Partial<OrderAnswer>) => OrderAnswer
  setDown: (down: boolean) => void
  close: () => Promise<void>
}

/** Plays the orders service: a real HTTP server that knows its token. */
export async function ordersStandIn(): Promise<OrdersStandIn> {
  const orders = new Map<string, OrderAnswer>()
  let isDown = false
  const server = createServer((request, response) => {
    const send = (status: number, body: object) =>
      void response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(body))
    if (isDown) return void response.destroy()
    if (request.headers.authorization !== `Bearer ${ORDERS_TOKEN}`) return send(401, {})
    const [, id = ''] = /^\/internal\/orders\/([0-9a-f-]{36})$/.exec(request.url ?? '') ?? []
    const order = orders.get(id)
    return order ? send(200, order) : send(404, { code: 'order_not_found' })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    orders,
    place: (userId, given = {}) => {
      const order: OrderAnswer = {
        order_id: randomUUID(),
        user_id: userId,
        status: 'pending',
        total_cents: 85_900,
        currency: 'USD',
        expires_at: new Date(Date.now() + 900_000).toISOString(),
        ...given,
      }
      orders.set(order.order_id, order)
      return order
    },
    setDown: down => {
      isDown = down
    },
    close: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
