import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { bodyOf, find, newOrder, newProduct, openShop, post, type Shop } from './testing.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterEach(() => {
  shop.products.failWith(undefined)
  shop.inventory.failWith(undefined)
})
afterAll(() => shop?.close())

const count = async () =>
  Number((await shop.database.query<{ n: string }>('select count(*) n from orders.orders'))[0]?.n)

test.each([
  ['products', 'cut'],
  ['products', 503],
  ['products', 500],
  ['inventory', 'cut'],
  ['inventory', 503],
  ['inventory', 500],
] as const)(
  'while %s ends requests with %s the answer is 503 and nothing is half done',
  async (name, failure) => {
    const json = { items: [{ product_id: newProduct(shop).product_id, quantity: 1 }] }
    // An instance of its own: the circuit opens.
    const service = await shop.another()
    const [key, orders, reservations] = [
      randomUUID(),
      await count(),
      shop.inventory.reservations.size,
    ]
    shop[name].failWith(failure)
    for (let tries = 0; tries < 4; tries++) {
      const { status, headers, body } = await post(shop, json, { key, service })
      expect([status, body.code]).toEqual([503, 'unavailable'])
      expect(body.detail).toContain(name)
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect([await count(), shop.inventory.reservations.size]).toEqual([orders, reservations])
    shop[name].failWith(undefined)
    const again = await post(shop, json, { key })
    expect(again.status).toBe(201)
  },
)

test('orders can be read, changed and cancelled while products and inventory are down', async () => {
  const order = await newOrder(shop)
  shop.products.failWith('cut')
  shop.inventory.failWith('cut')
  expect((await find(shop, order.id)).status).toBe(200)
  expect((await shop.orders.call('/orders', { token: shop.buyer })).status).toBe(200)
  const cancelled = await shop.orders.call(`/orders/${order.id}/cancel`, {
    method: 'POST',
    token: shop.buyer,
  })
  expect(bodyOf(200, cancelled).status).toBe('cancelled')
  expect((await shop.orders.call('/ready')).status).toBe(200)
})

test('a wrong service token is a fault of ours', async () => {
  shop.products.failWith(401)
  const json = { items: [{ product_id: newProduct(shop).product_id, quantity: 1 }] }
  expect((await post(shop, json)).status).toBe(500)
  expect(JSON.stringify(shop.orders.logs())).toContain('products answered 401')
})
