import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { TestService } from '../shared/testing/test-service.ts'
import { change, newProduct, openShop, remove, type Shop, startProducts } from './testing.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

const price = async (service: TestService, id: string): Promise<number | string> => {
  const { status, body } = await service.call(`/products/${id}`)
  return status === 200 ? body.price : body.detail
}

test('a product is read from the database once, then from memory', async () => {
  const { id } = await newProduct(shop, { price: 1 })
  expect(await price(shop.products, id)).toBe(1)
  await shop.database.query('update products.products set price_cents = 200 where id = $1', [id])
  expect(await price(shop.products, id)).toBe(1)
})

test('the first read after a change is new, however many reads are under way', async () => {
  const { id } = await newProduct(shop, { price: 0 })
  const done = new AbortController()
  const readers = [1, 2, 3, 4].map(async () => {
    while (!done.signal.aborted) await price(shop.products, id)
  })
  for (let next = 1; next <= 40; next++) {
    expect((await change(shop, id, { price: next })).status).toBe(200)
    expect(await price(shop.products, id)).toBe(next)
  }
  await remove(shop, id)
  expect(await price(shop.products, id)).toBe('Product not found')
  done.abort()
  await Promise.all(readers)
})

test('a product that was looked for too early is found as soon as it is there', async () => {
  const { id } = await newProduct(shop)
  await shop.database.query('delete from products.products where id = $1', [id])
  expect(await price(shop.products, id)).toBe('Product not found')
  await shop.database.query(
    `insert into products.products values ($1, 'x', '', 100, $2, 1, true, 1, now(), now())`,
    [id, shop.categoryId],
  )
  expect(await price(shop.products, id)).toBe(1)
})

test('a refused change leaves cache and product as they are', async () => {
  const { id } = await newProduct(shop, { price: 5 })
  await price(shop.products, id)
  await change(shop, id, { price: 6 }, { 'if-match': '"99"' })
  await change(shop, id, { price: 6, category_id: '00000000-0000-4000-8000-000000000000' })
  expect(await price(shop.products, id)).toBe(5)
})

const redisUrl = inject('redisUrl')
test.skipIf(redisUrl === undefined)(
  'a change on one instance reaches the others through Redis (needs redis-server)',
  async () => {
    const { database, issuer } = shop
    const instances = await Promise.all(
      [1, 2, 3].map(() => startProducts(database, issuer, redisUrl)),
    )
    const [writer, ...others] = instances as [TestService, ...TestService[]]
    const there = { ...shop, products: writer }
    const { id } = await newProduct(there, { price: 1 })
    for (let round = 2; round <= 6; round++) {
      for (const other of others) expect(await price(other, id)).toBe(round - 1)
      await change(there, id, { price: round })
      expect(await price(writer, id)).toBe(round)
      for (const other of others) await expect.poll(() => price(other, id)).toBe(round)
    }
    await remove(there, id)
    for (const other of others) await expect.poll(() => price(other, id)).toBe('Product not found')
    await Promise.all(instances.map(instance => instance.stop()))
  },
)

test('a service that finds no Redis at its address serves from its memory', async () => {
  const alone = await startProducts(shop.database, shop.issuer, 'redis://127.0.0.1:1')
  const there = { ...shop, products: alone }
  const { id } = await newProduct(there, { price: 1 })
  expect(await price(alone, id)).toBe(1)
  expect((await change(there, id, { price: 2 })).status).toBe(200)
  expect(await price(alone, id)).toBe(2)
  await alone.stop()
})
