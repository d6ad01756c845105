import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CallInit } from '../shared/testing/test-service.ts'
import { Categories, CategoryResponse } from './schemas.ts'
import { newProduct, nextOf, openShop, remove, type Shop } from './testing.ts'

const UNKNOWN = '00000000-0000-4000-8000-000000000000'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

const asAdmin = (path: string, init: CallInit) =>
  shop.products.call(`/categories${path}`, { token: shop.admin, ...init })
const create = (json: unknown) => asAdmin('', { json })
const update = (id: string, json: unknown) => asAdmin(`/${id}`, { method: 'PUT', json })
const remover = (id: string) => asAdmin(`/${id}`, { method: 'DELETE' })
const find = (id: string) => shop.products.call(`/categories/${id}`)

test('an admin creates, changes and deletes a category that everybody reads', async () => {
  const created = await create({ name: ' Desks ', description: 'To work at' })
  expect(created.status).toBe(201)
  const category = CategoryResponse.strict().parse(created.body)
  expect(category).toMatchObject({ name: 'Desks', description: 'To work at' })
  expect((await find(category.id)).body).toEqual(category)
  for (const change of [{ name: 'Tables' }, { description: '' }, {}]) {
    Object.assign(category, change)
    const changed = await update(category.id, change)
    expect([changed.status, changed.body]).toEqual([200, category])
  }
  const deleted = await remover(category.id)
  expect([deleted.status, deleted.body]).toEqual([
    200,
    { message: 'Category deleted successfully' },
  ])
  expect((await find(category.id)).status).toBe(404)
})

test('a name is taken in any case, on creation and on change', async () => {
  await create({ name: 'Lamps' })
  const { body: other } = await create({ name: 'Bulbs' })
  for (const answer of [
    await create({ name: 'LAMPS' }),
    await create({ name: ' lamps ' }),
    await update(other.id, { name: 'lamps' }),
  ])
    expect([answer.status, answer.body.code]).toEqual([409, 'category_name_taken'])
  expect((await update(other.id, { name: 'BULBS' })).body.name).toBe('BULBS')
})

test('of ten creations of one name at once one succeeds', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => create({ name: 'Once' })))
  const statuses = answers.map(({ status }) => status).sort()
  expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 409)])
})

test('a category with products stays, deleted products count', async () => {
  const { body: category } = await create({ name: 'Chairs' })
  const product = await newProduct(shop, { category_id: category.id })
  await remove(shop, product.id)
  const refused = await remover(category.id)
  expect([refused.status, refused.body.code]).toEqual([409, 'category_in_use'])
  await shop.products.call(`/products/${product.id}`, {
    ...{ method: 'PUT', json: { category_id: shop.categoryId }, token: shop.admin },
  })
  expect((await remover(category.id)).status).toBe(200)
})

test('a category that is deleted while a product is put in it: one of the two is refused', async () => {
  for (let round = 0; round < 5; round++) {
    const { body: category } = await create({ name: `Race ${round}` })
    const [deleted, created] = await Promise.all([
      remover(category.id),
      shop.products.call('/products', {
        json: { name: 'Racer', price: 1, category_id: category.id },
        token: shop.admin,
      }),
    ])
    expect([
      [200, 400],
      [409, 201],
    ]).toContainEqual([deleted.status, created.status])
  }
})

test('an unknown category is 404, no UUID is 422', async () => {
  for (const [id, status] of [
    [UNKNOWN, 404],
    ['desks', 422],
  ] as const)
    for (const answer of [await find(id), await update(id, {}), await remover(id)])
      expect(answer.status).toBe(status)
  expect((await find(UNKNOWN)).body.detail).toBe('Category not found')
})

test.each([[{}], [{ name: ' ' }], [{ name: 'x'.repeat(201) }], [{ name: 'a\0b' }], [{ name: 1 }]])(
  'a category %j is refused',
  async json => {
    const { status, body } = await create(json)
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ location: 'body', field: 'name' }])
  },
)

test('only admins write', async () => {
  for (const [token, status] of [
    [shop.buyer, 403],
    ['not.a.token', 401],
  ] as const)
    for (const [method, path] of [
      ['POST', ''],
      ['PUT', `/${shop.categoryId}`],
      ['DELETE', `/${shop.categoryId}`],
    ] as const)
      expect((await asAdmin(path, { method, json: { name: 'Mine' }, token })).status).toBe(status)
})

test('categories are listed by name, and pages show each once', async () => {
  const all = await shop.products.call('/categories')
  const names = Categories.element
    .strict()
    .array()
    .parse(all.body)
    .map(({ name }) => name)
  expect(names).toEqual([...names].sort())
  expect(all.headers.get('cache-control')).toBe('public, max-age=5')
  const seen: string[] = []
  for (let next: string | undefined = '/categories?limit=2'; next !== undefined;) {
    const page = await shop.products.call(next)
    expect(page.status).toBe(200)
    seen.push(...page.body.map(({ name }: { name: string }) => name))
    next = nextOf(page)
  }
  expect(seen).toEqual(names)
  expect((await shop.products.call('/categories?skip=1&limit=1')).body[0].name).toBe(names[1])
})

const cursor = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url')

test.each([
  ['limit', 'limit=0'],
  ['limit', 'limit=101'],
  ['skip', 'skip=-1'],
  ['after', 'after=x'],
  ['after', `after=${cursor(['a\0b', UNKNOWN])}`],
])('a %s out of range (%s) is refused', async (field, query) => {
  const { status, body } = await shop.products.call(`/categories?${query}`)
  expect(status).toBe(422)
  expect(body.errors).toMatchObject([{ location: 'query', field }])
})
