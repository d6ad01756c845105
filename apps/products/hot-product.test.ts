import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller, Role } from '../shared/auth/auth.ts'
import { openCache } from '../shared/cache/cache.ts'
import { logTo } from '../shared/process/log.ts'
import { productOf } from './find-product.ts'
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

test('in memory or not, a product is the same', async () => {
  const { id } = await newProduct(shop)
  await shop.products.call('/products') // nothing of it is in memory yet
  const first = await answer(id)
  expect(first.status).toBe(200)
  for (let asked = 1; asked <= 3; asked++) expect(await answer(id)).toEqual(first)
})

test('a product that is hot and deleted is gone', async () => {
  const { id } = await newProduct(shop)
  for (let asked = 1; asked <= 5; asked++) expect((await answer(id)).status).toBe(200)
  await remove(shop, id)
  for (let asked = 1; asked <= 5; asked++) expect((await answer(id)).status).toBe(404)
})

test('a deleted product, which admins read into memory, is gone for everybody else', async () => {
  const { id } = await newProduct(shop)
  await remove(shop, id)
  const as = async (role: Role) => ({ authorization: `Bearer ${await shop.issuer.token(role)}` })
  const [admin, buyer] = [await as('admin'), await as('buyer')]
  for (let asked = 1; asked <= 4; asked++) {
    expect((await answer(id, admin)).status).toBe(200)
    expect((await answer(id, buyer)).status).toBe(404)
    expect((await answer(id)).status).toBe(404)
  }
})

const ID = '0b5e6a52-7a0c-4c1e-9d7e-5b3f5f0a8c11'

test('a product that is not there is answered as the app answers it', async () => {
  const { request_id: _, ...problem } = JSON.parse((await answer(ID)).text) as object & {
    request_id: string
  }
  const byTheApp = await answer(ID, { 'if-none-match': '"other"' })
  expect(JSON.parse(byTheApp.text)).toMatchObject(problem)
  const { text: __, ...rest } = await answer(ID)
  const { text: ___, ...restByTheApp } = byTheApp
  expect(rest).toEqual(restByTheApp)
})

test('the case of an id does not matter', async () => {
  const { id } = await newProduct(shop)
  expect(await answer(id.toUpperCase())).toEqual(await answer(id))
})

/** What is ready for a product, of which the database has this entry. */
async function readyFor(entry: string, path = `/products/${ID}`, authorization?: string) {
  const log = logTo({ write: () => {} }, 'products', 'silent')
  const connection = openCache('products', undefined, log)
  const callers: Record<string, Caller> = { 'Bearer known': { id: ID, role: 'buyer' } }
  const { answer } = hotProduct({
    cache: connection.cache('products', 60, productOf),
    entryOf: async () => entry,
    auth: { knownCaller: header => callers[header] },
    publicMaxAgeSeconds: 60,
  })
  try {
    return await answer(path, authorization)
  } finally {
    await connection.close()
  }
}

const fieldsOf = (headers: readonly string[]) =>
  Object.fromEntries(headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]]] : [])))

test('what is ready is the JSON that there is, with its length in bytes', async () => {
  const { headers = [], body } = (await readyFor('+3\n{"name":"ä"}')) ?? {}
  expect(body).toBe('{"name":"ä"}')
  expect(fieldsOf(headers)).toMatchObject({
    ...{ etag: '"3"', 'content-type': 'application/json', 'content-length': '13' },
    ...{ 'cache-control': 'public, max-age=60', vary: 'Authorization, Origin' },
  })
})

test('who sends a token that is not known yet is for the app', async () => {
  const path = `/products/${ID}`
  expect(await readyFor('+3\n{}', path, 'Bearer other')).toBeUndefined()
  const ready = await readyFor('+3\n{}', path, 'Bearer known')
  expect(fieldsOf(ready?.headers ?? [])).toMatchObject({ 'cache-control': 'private, no-cache' })
})

test.for([
  ...[`/products/${ID}?x`, `/products/${ID}/`, `/productsx${ID}`, `/products/${ID.slice(1)}`],
  `/products/${ID.replace('0', 'x')}`,
])('%s is a path for the app', async path => {
  expect(await readyFor('+3\n{}', path)).toBeUndefined()
})
