import { afterAll, beforeAll, expect, test } from 'vitest'
import { whileLocked } from '../shared/testing/while-locked.ts'
import { change, newProduct, openShop, remove, type Shop } from './testing.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

const get = (path: string, headers: Record<string, string> = {}, token?: string) =>
  shop.products.call(path, { headers, ...(token !== undefined && { token }) })

const etagOf = async (id: string): Promise<string> =>
  (await get(`/products/${id}`)).headers.get('etag') ?? ''

test('who has the present version of a product is answered 304 without a body', async () => {
  const { id } = await newProduct(shop)
  const etag = await etagOf(id)
  for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const answer = await get(`/products/${id}`, { 'if-none-match': tag })
    expect([answer.status, answer.body]).toEqual([304, ''])
    expect(answer.headers.get('etag')).toBe(etag)
    expect(answer.headers.get('cache-control')).toBe('public, max-age=5')
  }
  const { headers } = await change(shop, id, { price: 1 })
  const changed = await get(`/products/${id}`, { 'if-none-match': etag })
  expect([changed.status, changed.body.price]).toEqual([200, 1])
  expect(changed.headers.get('etag')).toBe(headers.get('etag'))
  expect(changed.headers.get('etag')).not.toBe(etag)
})

test('a list has an ETag that changes with its products', async () => {
  const { id } = await newProduct(shop, { name: 'Tagged' })
  const first = await get('/products?search=tagged')
  const tag = { 'if-none-match': first.headers.get('etag')! }
  expect((await get('/products?search=tagged', tag)).status).toBe(304)
  await change(shop, id, { price: 7 })
  expect((await get('/products?search=tagged', tag)).status).toBe(200)
})

test.each(['/products', '/products/ID'])(
  '%s may be kept by shared caches for anonymous callers only',
  async path => {
    const { id } = await newProduct(shop)
    const target = path.replace('ID', id)
    const anonymous = await get(target)
    expect(anonymous.headers.get('cache-control')).toBe('public, max-age=5')
    expect(anonymous.headers.get('vary')).toMatch(/authorization/i)
    for (const token of [shop.buyer, shop.admin]) {
      const answer = await get(target, {}, token)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('cache-control')).toBe('private, no-cache')
    }
  },
)

test('a 404 of a deleted product is not the 304 that its ETag would give', async () => {
  const { id } = await newProduct(shop)
  const etag = await etagOf(id)
  await remove(shop, id)
  expect((await get(`/products/${id}`, { 'if-none-match': etag })).status).toBe(404)
})

test.each([
  [
    'PUT',
    change.name,
    (id: string, headers: Record<string, string>) => change(shop, id, { price: 2 }, headers),
  ],
  [
    'DELETE',
    remove.name,
    (id: string, headers: Record<string, string>) => remove(shop, id, headers),
  ],
])('%s with If-Match happens to that version alone', async (_, __, write) => {
  const { id } = await newProduct(shop)
  const old = await etagOf(id)
  await change(shop, id, { price: 3 })
  const present = await etagOf(id)
  const refused = await write(id, { 'if-match': old })
  expect(refused.status).toBe(412)
  expect(refused.body.code).toBe('version_changed')
  expect(refused.headers.get('etag')).toBe(present)
  expect((await get(`/products/${id}`)).body.price).toBe(3)
  expect((await write(id, { 'if-match': present })).status).toBe(200)
})

test('If-Match: * holds for a product that is there, and is 404 for one that is not', async () => {
  const { id } = await newProduct(shop)
  expect((await change(shop, id, {}, { 'if-match': '*' })).status).toBe(200)
  const unknown = '00000000-0000-4000-8000-000000000000'
  expect((await change(shop, unknown, {}, { 'if-match': '*' })).status).toBe(404)
})

test('of changes with one If-Match at once exactly one happens', async () => {
  const { id } = await newProduct(shop)
  const tag = { 'if-match': await etagOf(id) }
  const answers = await whileLocked(
    shop.database,
    {
      statements: [['select from products.products where id = $1 for update', [id]]],
      waiting: 5,
    },
    () => Promise.all([1, 2, 3, 4, 5].map(price => change(shop, id, { price }, tag))),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412])
  const winner = answers.find(({ status }) => status === 200)
  expect((await get(`/products/${id}`)).body).toEqual(winner?.body)
})
