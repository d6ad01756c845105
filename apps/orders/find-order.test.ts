import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { InternalOrder } from './schemas.ts'
import { find, newOrder, openShop, pay, SERVICE_TOKEN, type Shop } from './testing.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

test('an order is seen by its buyer and by admins; for others it is not there', async () => {
  const order = await newOrder(shop)
  for (const token of [shop.buyer, shop.admin]) {
    const { status, body } = await find(shop, order.id.toUpperCase(), token)
    expect([status, body.id]).toEqual([200, order.id])
  }
  const stranger = await find(shop, order.id, await shop.issuer.token('buyer'))
  expect([stranger.status, stranger.body.code]).toEqual([404, 'order_not_found'])
  expect((await shop.orders.call(`/orders/${order.id}`)).status).toBe(401)
})

test('no shared cache keeps an order', async () => {
  const { id } = await newOrder(shop)
  for (const path of ['/orders', `/orders/${id}`]) {
    const { headers } = await shop.orders.call(path, { token: shop.buyer })
    expect(headers.get('cache-control')).toBe('private, no-cache')
  }
})

test.each(['1', 'null', "' or 1=1 --", '%00'])('%j is no order id', async id => {
  const { status, body } = await find(shop, encodeURIComponent(id))
  expect(status).toBe(422)
  expect(body.errors).toMatchObject([{ location: 'path', field: 'order_id' }])
})

test('a service with the token sees what it needs of an order, nobody else does', async () => {
  const order = await newOrder(shop)
  const ask = (id: string, token?: string) =>
    shop.orders.call(`/internal/orders/${id}`, { ...(token !== undefined && { token }) })
  const { status, body } = await ask(order.id, SERVICE_TOKEN)
  expect(status).toBe(200)
  expect(InternalOrder.strict().parse(body)).toEqual({
    ...{ order_id: order.id, user_id: shop.buyerId, status: 'pending' },
    ...{ total_cents: 42_950, currency: 'USD', expires_at: order.expires_at },
  })
  await pay(shop, order)
  expect((await ask(order.id, SERVICE_TOKEN)).body.status).toBe('paid')
  expect((await ask(randomUUID(), SERVICE_TOKEN)).status).toBe(404)
  for (const token of [undefined, shop.admin, 'x'.repeat(40)])
    expect((await ask(order.id, token)).status).toBe(401)
})
