import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
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

test('opening stock is counted once, however often and whenever the product is told', async () => {
  const id = await shop.product(10)
  await adjust(shop, id, { delta: -2, reason: 'Broken' })
  await shop.send('product.created', productCreated(id, 10), 2)
  await happened('product', id, 2)
  expect(await available(id)).toBe(8)
})

test('a deleted product can not be reserved, and it can come back', async () => {
  const id = await shop.product(10)
  await shop.send('product.deleted', { product_id: id }, 2)
  await happened('product', id, 2)
  const lines = [{ product_id: id, quantity: 1 }]
  const refused = await reserve(shop, randomUUID(), lines)
  expect([refused.status, refused.body.shortages]).toEqual([
    ...[409, [{ product_id: id, requested: 1, available: 0 }]],
  ])
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
