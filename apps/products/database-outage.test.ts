import { afterAll, beforeAll, expect, test } from 'vitest'
import { change, newProduct, openShop, type Shop } from './testing.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

const killBackends = () =>
  shop.database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'products'`,
  )

const isReady = async () => (await shop.products.call('/ready')).status

test('the service outlives the death of all its connections, in the middle of writes, too', async () => {
  const ids = [await newProduct(shop), await newProduct(shop), await newProduct(shop)].map(
    ({ id }) => id,
  )
  const statuses = new Set<number>()
  const done = new AbortController()
  const writers = ids.map(async id => {
    while (!done.signal.aborted) statuses.add((await change(shop, id, { price: 1 })).status)
  })
  for (let round = 0; round < 10; round++) {
    await killBackends()
    await expect.poll(isReady, { timeout: 10_000 }).toBe(200)
    await expect
      .poll(async () => (await change(shop, ids[0], { price: round })).status, { timeout: 10_000 })
      .toBe(200)
  }
  done.abort()
  await Promise.all(writers)
  expect([...statuses].filter(status => status !== 200 && status !== 503)).toEqual([])
})

test('a read goes on when the connection that it was to use has died meanwhile', async () => {
  for (let round = 0; round < 5; round++) {
    await shop.products.call('/products?limit=1')
    await killBackends()
    expect((await shop.products.call('/products?limit=1')).status).toBe(200)
  }
})

test('while the database refuses, the answer is 503 with Retry-After, cached products go on', async () => {
  const { id } = await newProduct(shop)
  await shop.products.call(`/products/${id}`)
  const role = new URL(shop.database.url).username
  await shop.database.query(`alter role ${role} connection limit 0`)
  await killBackends()
  const list = await shop.products.call('/products')
  expect([list.status, list.body.code]).toEqual([503, 'unavailable'])
  expect(Number(list.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await change(shop, id, { price: 1 })).status).toBe(503)
  expect((await shop.products.call(`/products/${id}`)).status).toBe(200)
  expect(await isReady()).toBe(503)
  expect((await shop.products.call('/health')).status).toBe(200)
  await shop.database.query(`alter role ${role} connection limit -1`)
  await expect.poll(isReady, { timeout: 10_000 }).toBe(200)
  expect((await shop.products.call('/products')).status).toBe(200)
})
