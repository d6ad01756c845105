import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { EventData } from '../shared/events/events.ts'
import {
  adjust,
  openWarehouse,
  productCreated,
  reserve,
  stockOf,
  untilEffective,
  type Warehouse,
} from './testing.ts'

let shop: Warehouse

beforeAll(async () => {
  shop = await openWarehouse()
})
afterEach(async () =>
  expect(await shop.database.query('select * from inventory.ledger_differences')).toEqual([]),
)
afterAll(() => shop?.close())

const available = async (id: string) => (await stockOf(shop, id)).body.available
const happened = (type: string, id: string, sequence: number) =>
  untilEffective(shop.database, type, id, sequence)

/** An order of 3 pieces that are held. */
async function heldOrder(desk: string) {
  const order = { order_id: randomUUID(), user_id: randomUUID() }
  const lines = [{ product_id: desk, quantity: 3 }]
  expect((await reserve(shop, order.order_id, lines)).status).toBe(200)
  const paid: EventData<'order.paid'> = {
    ...order,
    items: [{ ...lines[0]!, product_name: 'Desk', unit_price_cents: 100 }],
    ...{ total_cents: 300, currency: 'USD', payment_id: randomUUID() },
  }
  return { ...order, paid }
}

const cancelled = (
  { order_id, user_id }: { order_id: string; user_id: string },
  more: Partial<EventData<'order.cancelled'>> = {},
): EventData<'order.cancelled'> => ({
  ...{ order_id, user_id, reason: 'requested', payment_id: null, ...more },
})

test('opening stock is counted once, however often and whenever the product is told', async () => {
  const id = await shop.product(10)
  await adjust(shop, id, { delta: -2, reason: 'Broken' })
  await shop.send('product.created', productCreated(id, 10), 2)
  await happened('product', id, 2)
  expect(await available(id)).toBe(8)
})

test('a deleted product can not be reserved, what orders hold of it stays, and it can come back', async () => {
  const id = await shop.product(10)
  const { order_id, paid } = await heldOrder(id)
  await shop.send('product.deleted', { product_id: id }, 2)
  await happened('product', id, 2)
  const lines = [{ product_id: id, quantity: 1 }]
  const refused = await reserve(shop, randomUUID(), lines)
  expect([refused.status, refused.body.shortages]).toEqual([
    ...[409, [{ product_id: id, requested: 1, available: 0 }]],
  ])
  await shop.send('order.paid', paid)
  await happened('order', order_id, 1)
  expect((await stockOf(shop, id)).body).toMatchObject({ on_hand: 7, reserved: 0 })
  const { stock_quantity: _, ...product } = productCreated(id, 0)
  await shop.send('product.changed', { ...product, is_active: true }, 3)
  await happened('product', id, 3)
  expect((await reserve(shop, randomUUID(), lines)).status).toBe(200)
})

test('a product whose end is heard of before its beginning has its stock, and nobody can reserve it', async () => {
  const id = randomUUID()
  await shop.send('product.deleted', { product_id: id }, 2)
  await happened('product', id, 2)
  await shop.send('product.created', productCreated(id, 10), 1)
  await expect.poll(async () => available(id)).toBe(10)
  expect((await reserve(shop, randomUUID(), [{ product_id: id, quantity: 1 }])).status).toBe(409)
})

test('an order that is paid takes its pieces; refunded, it gives them back', async () => {
  const id = await shop.product(10)
  const { order_id, user_id, paid } = await heldOrder(id)
  await shop.send('order.paid', paid, 2)
  await happened('order', order_id, 2)
  expect((await stockOf(shop, id)).body).toMatchObject({ on_hand: 7, reserved: 0 })
  await shop.send('order.refunded', { order_id, user_id, amount_cents: 300, currency: 'USD' }, 3)
  await happened('order', order_id, 3)
  expect((await stockOf(shop, id)).body).toMatchObject({ on_hand: 10, reserved: 0 })
})

test('a cancelled order gives back what it holds', async () => {
  const id = await shop.product(10)
  const order = await heldOrder(id)
  await shop.send('order.cancelled', cancelled(order), 2)
  await happened('order', order.order_id, 2)
  expect(await available(id)).toBe(10)
})

test('an order that was paid twice keeps its pieces when the second payment goes back, even heard of first', async () => {
  const id = await shop.product(10)
  const order = await heldOrder(id)
  await shop.send(
    'order.cancelled',
    cancelled(order, { reason: 'paid_twice', payment_id: randomUUID() }),
    3,
  )
  await happened('order', order.order_id, 3)
  expect((await stockOf(shop, id)).body).toMatchObject({ on_hand: 10, reserved: 3 })
  await shop.send('order.paid', order.paid, 2)
  await expect.poll(async () => (await stockOf(shop, id)).body.on_hand).toBe(7)
})
