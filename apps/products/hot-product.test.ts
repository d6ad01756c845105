import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCache } from '../shared/cache/cache.ts'
import { logTo } from '../shared/process/log.ts'
import { hotProduct } from './hot-product.ts'
import { newProduct, openShop, remove, type Shop } from './testing.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.close())

/** Whole answer but for what differs each time. A condition that does not hold keeps it from the shortcut. */
async function answer(id: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${shop.products.url}/products/${id}`, { headers })
  const { 'x-request-id': _, date: __, ...rest } = Object.fromEntries(response.headers)
  return { status: response.status, headers: rest, text: await response.text() }
}

test('a hot product is answered as the app answers it, header by header and byte by byte', async () => {
  const { id } = await newProduct(shop, { name: 'Lämp — ☀️', description: '"quoted"\n' })
  const byTheApp = await answer(id, { 'if-none-match': '"other"' })
  expect(byTheApp.status).toBe(200)
  // From the third on it is hot.
  for (let asked = 1; asked <= 5; asked++) expect(await answer(id)).toEqual(byTheApp)
})

test('with a token too, whether it is new, known or none of ours', async () => {
  const { id } = await newProduct(shop)
  const token = await shop.issuer.token('buyer')
  const asked = { authorization: `Bearer ${token}` }
  const byTheApp = await answer(id, { ...asked, 'if-none-match': '"other"' })
  expect(byTheApp).toMatchObject({ status: 200, headers: { 'cache-control': 'private, no-cache' } })
  for (let time = 1; time <= 5; time++) expect(await answer(id, asked)).toEqual(byTheApp)
  for (const authorization of [`Bearer ${token}x`, 'Bearer ', 'Basic YTpi', token])
    expect((await answer(id, { authorization })).status).toBe(401)
})

test('a product that is hot and deleted is gone', async () => {
  const { id } = await newProduct(shop)
  for (let asked = 1; asked <= 5; asked++) expect((await answer(id)).status).toBe(200)
  await remove(shop, id)
  for (let asked = 1; asked <= 5; asked++) expect((await answer(id)).status).toBe(404)
})

const ID = '0b5e6a52-7a0c-4c1e-9d7e-5b3f5f0a8c11'

/** What is ready for a product of which this entry was read just now. */
async function readyFor(entry: string, path = `/products/${ID}`, authorization?: string) {
  const log = logTo({ write: () => {} }, 'products', 'silent')
  const connection = openCache('products', undefined, log)
  const cache = connection.cache('products', 60)
  const knownCaller = (header: string) =>
    header === 'Bearer known' ? { id: ID, role: 'buyer' as const } : undefined
  const shortcut = hotProduct(cache, { knownCaller }, 60)
  expect(shortcut(path, authorization)).toBeUndefined()
  for (let read = 1; read <= 2; read++) await cache.getOrLoad(ID, async () => entry)
  const ready = shortcut(path, authorization)
  await connection.close()
  return ready
}

test('what is ready is the JSON in memory, with its length in bytes', async () => {
  expect(await readyFor('+3\n{"name":"ä"}')).toEqual({
    route: '/products/:product_id',
    headers: {
      ...{ etag: '"3"', 'content-type': 'application/json', 'content-length': 13 },
      ...{ 'cache-control': 'public, max-age=60', vary: 'Authorization, Origin' },
    },
    body: '{"name":"ä"}',
  })
})

test('a deleted product, which admins may read into memory, is ready for nobody', async () => {
  expect(await readyFor('-3\n{"name":"ä"}')).toBeUndefined()
})

test('who sends a token that is not known yet is for the app', async () => {
  const path = `/products/${ID}`
  expect(await readyFor('+3\n{}', path, 'Bearer other')).toBeUndefined()
  expect((await readyFor('+3\n{}', path, 'Bearer known'))?.headers).toMatchObject({
    'cache-control': 'private, no-cache',
  })
})

test.for([`/products/${ID}?x`, `/products/${ID}/`, `/productsx${ID}`, `/products/${ID.slice(1)}`])(
  '%s is a path for the app',
  async path => {
    expect(await readyFor('+3\n{}', path)).toBeUndefined()
  },
)
