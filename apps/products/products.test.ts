import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProductResponse } from './schemas.ts'
import { change, create, newProduct, openShop, remove, type Shop } from './testing.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

const find = (id: string, token?: string) =>
  shop.products.call(`/products/${id}`, { ...(token !== undefined && { token }) })

const UNKNOWN = '00000000-0000-4000-8000-000000000000'

test('a product that an admin creates is there for everybody, in the documented shape', async () => {
  const given = {
    ...{ name: 'Desk', description: 'Oiled walnut', price: 429.5, stock_quantity: 12 },
    category_id: shop.categoryId,
  }
  const created = await create(shop, given)
  expect(created.status).toBe(201)
  expect(ProductResponse.strict().parse(created.body)).toMatchObject({ ...given, is_active: true })
  expect(created.headers.get('location')).toBe(`/products/${created.body.id}`)
  for (const token of [undefined, shop.buyer, shop.admin]) {
    const found = await find(created.body.id, token)
    expect(found.status).toBe(200)
    expect(found.body).toEqual(created.body)
    expect(found.headers.get('etag')).toBe(created.headers.get('etag'))
  }
  expect((await find(created.body.id.toUpperCase())).body).toEqual(created.body)
})

test('the JSON that PostgreSQL writes is what ProductResponse describes, whatever the text', async () => {
  const names = [
    `"\\ \b\f\n\r\t/`,
    'Ä 🦊 漢字',
    '</script>',
    'x'.repeat(200),
    `'; drop table products`,
  ]
  for (const name of names) {
    const { body } = await create(shop, { name, description: `${name}\u0001\u007F\u2028` })
    const stored = ProductResponse.strict().parse((await find(body.id)).body)
    expect(stored).toMatchObject({ name: name.trim(), description: `${name}\u0001\u007F\u2028` })
    expect(Object.keys(stored)).toEqual(Object.keys(ProductResponse.shape))
    expect(stored.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(Math.abs(Date.parse(stored.created_at) - Date.now())).toBeLessThan(60_000)
  }
})

test('description and stock may be left out', async () => {
  const { body } = await create(shop)
  expect(body).toMatchObject({ description: '', stock_quantity: 0 })
})

test('an unknown category is 400 on creation and on change', async () => {
  const created = await create(shop, { category_id: UNKNOWN })
  const { id } = await newProduct(shop)
  const changed = await change(shop, id, { category_id: UNKNOWN, name: 'Other' })
  for (const { status, body } of [created, changed])
    expect([status, body.detail]).toEqual([400, 'Category not found'])
  expect((await find(id)).body.name).toBe('Walnut Desk')
})

test('missing fields are all named', async () => {
  const { status, body } = await shop.products.call('/products', { json: {}, token: shop.admin })
  expect(status).toBe(422)
  expect(body.errors).toEqual(
    ['name', 'price', 'category_id'].map(field => ({
      location: 'body',
      field,
      message: 'is required',
    })),
  )
})

const WRONG: [string, string, unknown][] = [
  ['name', 'empty', '  '],
  ['name', '201 characters', 'x'.repeat(201)],
  ['name', 'a NUL', 'a\0b'],
  ['name', 'a number', 1],
  ['description', 'null', null],
  ['description', '10,001 characters', 'x'.repeat(10_001)],
  ['category_id', 'no UUID', 'desks'],
  ['stock_quantity', 'negative', -1],
  ['stock_quantity', 'a fraction', 1.5],
  ['stock_quantity', 'too much', 1e12],
  ['stock_quantity', 'text', '3'],
]

test.each(WRONG)(
  'a %s that is %s is refused on creation and on change',
  async (field, _, value) => {
    const { id } = await newProduct(shop)
    for (const answer of [
      await create(shop, { [field]: value }),
      await change(shop, id, { [field]: value }),
    ]) {
      expect(answer.status).toBe(422)
      expect(answer.body.errors).toMatchObject([{ location: 'body', field }])
    }
  },
)

test('PUT changes the fields that are sent and leaves the others', async () => {
  const before = await newProduct(shop, { description: 'Oiled', stock_quantity: 3 })
  const { body: category } = await shop.products.call('/categories', {
    ...{ json: { name: 'Desks' }, token: shop.admin },
  })
  let expected = before
  for (const sent of [
    { price: 399.99 },
    { name: 'Oak Desk' },
    { description: '' },
    { stock_quantity: 3 },
    { category_id: category.id },
    { is_active: false },
    { is_active: true, price: 0 },
  ]) {
    expected = { ...expected, ...sent }
    const { status, body } = await change(shop, before.id, sent)
    expect(status).toBe(200)
    expect(body).toEqual({ ...expected, updated_at: body.updated_at })
    expect(Date.parse(body.updated_at)).toBeGreaterThanOrEqual(Date.parse(expected.updated_at))
    expect((await find(before.id, shop.admin)).body).toEqual(body)
  }
})

test('a change of nothing is fine, and unknown fields are ignored', async () => {
  const before = await newProduct(shop)
  for (const json of [{}, { id: UNKNOWN, version: 99, created_at: 'x', colour: 'red' }]) {
    const { status, body } = await change(shop, before.id, json)
    expect(status).toBe(200)
    expect(body).toEqual({ ...before, updated_at: body.updated_at })
  }
})

test('a deleted product is gone for everybody but admins, from lists too', async () => {
  const { id } = await newProduct(shop, { name: 'Unobtainium' })
  await find(id)
  const deleted = await remove(shop, id)
  expect(deleted.status).toBe(200)
  expect(deleted.body).toEqual({ message: 'Product deleted successfully' })
  for (const token of [undefined, shop.buyer]) {
    const { status, body } = await find(id, token)
    expect([status, body.detail]).toEqual([404, 'Product not found'])
  }
  const seen = await find(id, shop.admin)
  expect([seen.status, seen.body.is_active]).toEqual([200, false])
  expect((await shop.products.call('/products?search=unobtainium')).body).toEqual([])
})

test('a deleted product can not be deleted again, but an admin can bring it back', async () => {
  const { id } = await newProduct(shop)
  await remove(shop, id)
  const again = await remove(shop, id)
  expect([again.status, again.body.detail]).toEqual([404, 'Product not found'])
  expect((await change(shop, id, { is_active: true })).status).toBe(200)
  expect((await find(id)).status).toBe(200)
})

test('an unknown product is 404 for reading, changing and deleting', async () => {
  const answers = [
    await find(UNKNOWN),
    await change(shop, UNKNOWN, {}),
    await remove(shop, UNKNOWN),
  ]
  for (const { status, body } of answers)
    expect([status, body.detail, body.code]).toEqual([
      404,
      'Product not found',
      'product_not_found',
    ])
})

test.each(['1', 'null', "' or 1=1 --", '%00', `${UNKNOWN}0`])('%j is no product id', async id => {
  const path = encodeURIComponent(id)
  for (const answer of [await find(path), await change(shop, path, {}), await remove(shop, path)]) {
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toMatchObject([{ location: 'path', field: 'product_id' }])
  }
})

test('only admins write: no token is 401, a buyer 403, a bad token 401 even for reading', async () => {
  const { id } = await newProduct(shop)
  const json = { name: 'Mine now', price: 0, category_id: shop.categoryId }
  const writes = (token: string | undefined) =>
    Promise.all(
      [
        ['POST', '/products'],
        ['PUT', `/products/${id}`],
        ['DELETE', `/products/${id}`],
      ].map(([method = '', path = '']) =>
        shop.products.call(path, { method, json, ...(token !== undefined && { token }) }),
      ),
    )
  const statuses = async (token: string | undefined) =>
    (await writes(token)).map(({ status }) => status)
  expect(await statuses(undefined)).toEqual([401, 401, 401])
  expect(await statuses(shop.buyer)).toEqual([403, 403, 403])
  expect(await statuses('not.a.token')).toEqual([401, 401, 401])
  expect((await find(id, 'not.a.token')).status).toBe(401)
  expect((await find(id)).body.name).toBe('Walnut Desk')
})
