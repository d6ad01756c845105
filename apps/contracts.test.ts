import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as stock from './inventory/testing.ts'
import { findServices } from './local/services/find-services.ts'
import { inventoryClient } from './orders/inventory-client.ts'
import { productsClient } from './orders/products-client.ts'
import * as orders from './orders/testing.ts'
import { ordersClient } from './payments/orders-client.ts'
import * as catalogue from './products/testing.ts'
import { serviceClient } from './shared/clients/client.ts'

// Stand-ins play the callees in each service's own tests. Here the callers' clients ask the services themselves: what a
// callee answers, and what it takes, must be what its callers know.

let products: catalogue.Shop
let inventory: stock.Warehouse
let shop: orders.Shop

beforeAll(async () => {
  ;[products, inventory, shop] = await Promise.all([
    catalogue.openShop(),
    stock.openWarehouse(),
    orders.openShop(),
  ])
})
afterAll(() => Promise.all([products, inventory, shop].map(part => part?.close())))

const TESTED = ['orders -> inventory', 'orders -> products', 'payments -> orders']

test('every call that a manifest declares is tried here', async () => {
  const manifests = await findServices(join(import.meta.dirname))
  const declared = manifests.flatMap(({ name, calls }) =>
    calls.map(callee => `${name} -> ${callee}`),
  )
  expect(declared.toSorted()).toEqual(TESTED)
})

const callTo = (name: string, { url }: { url: string }, token: string) =>
  serviceClient({ name, baseUrl: url, token })
const lookUpProducts = (token = catalogue.SERVICE_TOKEN) =>
  productsClient(callTo('products', products.products, token))
const stockOf = (token = stock.SERVICE_TOKEN) =>
  inventoryClient(callTo('inventory', inventory.inventory, token))
const findOrder = (token = orders.SERVICE_TOKEN) =>
  ordersClient(callTo('orders', shop.orders, token))

test('orders learns from products what its lines need: names, prices, and what is not sold any more', async () => {
  const desk = await catalogue.newProduct(products, { name: 'Walnut Desk', price: 429.5 })
  const gone = await catalogue.newProduct(products, { name: 'Oak Desk', price: 1 })
  await catalogue.remove(products, gone.id)
  const found = await lookUpProducts()([desk.id, gone.id, randomUUID()])
  const about = { currency: 'USD', name: 'Walnut Desk', price_cents: 42_950 }
  expect(found.find(({ product_id }) => product_id === desk.id)).toEqual({
    ...{ product_id: desk.id, is_active: true },
    ...about,
  })
  expect(found.filter(({ is_active }) => is_active)).toHaveLength(1)
})

test('orders reserves at inventory, is told what is short, that others were reserved, and that it ended', async () => {
  const { reserve, release } = stockOf()
  const [desk, lamp] = [await inventory.product(5), await inventory.product(1)]
  const orderId = randomUUID()
  const expiresAt = new Date(Date.now() + 600_000)
  const wish = (id: string, product_id: string, quantity: number) => ({
    ...{ orderId: id, expiresAt, items: [{ product_id, quantity }] },
  })
  const held = { result: 'held', expiresAt: expiresAt.toISOString() }
  expect(await reserve(wish(orderId, desk, 2))).toEqual(held)
  expect(await reserve(wish(orderId, desk, 2))).toEqual(held)
  expect(await reserve(wish(orderId, desk, 3))).toEqual({ result: 'differs' })
  expect(await reserve(wish(randomUUID(), lamp, 2))).toEqual({
    result: 'short',
    shortages: [{ product_id: lamp, requested: 2, available: 1 }],
  })
  expect(await reserve(wish(randomUUID(), randomUUID(), 1))).toMatchObject({ result: 'short' })
  await release(orderId)
  await release(orderId)
  expect(await reserve(wish(orderId, desk, 2))).toEqual({ result: 'closed' })
  expect((await stock.stockOf(inventory, desk)).body).toMatchObject({ available: 5 })
})

test('the most that an order may have is not too much for products and inventory', async () => {
  const ids = Array.from({ length: 100 }, () => randomUUID())
  const items = ids.map(product_id => ({ product_id, quantity: 1_000 }))
  const reserved = await stockOf().reserve({ orderId: randomUUID(), items, expiresAt: new Date() })
  expect(reserved).toMatchObject({ result: 'short' })
  expect(reserved.result === 'short' && reserved.shortages).toHaveLength(100)
  expect(await lookUpProducts()(ids)).toEqual([])
})

test('payments learns from orders whose an order is, what it costs, and how far it is', async () => {
  const order = await orders.newOrder(shop)
  const known = {
    order_id: order.id,
    user_id: shop.buyerId,
    total_cents: Math.round(order.total_amount * 100),
    currency: order.currency,
    expires_at: order.expires_at,
  }
  expect(await findOrder()(order.id)).toEqual({ ...known, status: 'pending' })
  await orders.pay(shop, order)
  expect(await findOrder()(order.id)).toEqual({ ...known, status: 'paid' })
  for (const status of ['shipped', 'delivered']) {
    await orders.setStatus(shop, order.id, status)
    expect(await findOrder()(order.id)).toEqual({ ...known, status })
  }
  const other = await orders.newOrder(shop)
  await orders.cancel(shop, other.id)
  expect(await findOrder()(other.id)).toMatchObject({ status: 'cancelled' })
  expect(await findOrder()(randomUUID())).toBeUndefined()
})

test('with another token each call is refused, and no caller takes that for an answer', async () => {
  const token = 'x'.repeat(48)
  const [order, product_id] = [randomUUID(), randomUUID()]
  await expect(lookUpProducts(token)([product_id])).rejects.toThrow('products answered 401')
  const wish = { orderId: order, items: [{ product_id, quantity: 1 }], expiresAt: new Date() }
  await expect(stockOf(token).reserve(wish)).rejects.toThrow('inventory answered 401')
  await expect(stockOf(token).release(order)).rejects.toThrow('inventory answered 401')
  await expect(findOrder(token)(order)).rejects.toThrow('orders answered 401')
})
