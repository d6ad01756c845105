import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProductLookupAnswer } from './internal-schemas.ts'
import { change, newProduct, openShop, remove, SERVICE_TOKEN, type Shop } from './testing.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.close())

const lookUp = (product_ids: unknown, token: string = SERVICE_TOKEN) =>
  shop.products.call('/internal/products/lookup', { json: { product_ids }, token })

test('a service finds names, prices and states by id; unknown ids are left out', async () => {
  const name = `"Ä" \\ 🦊`
  const [desk, lamp] = [await newProduct(shop, { name, price: 9.99 }), await newProduct(shop)]
  await remove(shop, lamp.id)
  const { status, body } = await lookUp([desk.id.toUpperCase(), lamp.id, randomUUID()])
  expect(status).toBe(200)
  const { products } = ProductLookupAnswer.strict().parse(body)
  const byId = new Map(products.map(({ product_id, ...rest }) => [product_id, rest]))
  expect(Object.fromEntries(byId)).toEqual({
    [desk.id]: { name, price_cents: 999, currency: 'USD', is_active: true },
    [lamp.id]: { name: 'Walnut Desk', price_cents: 42_950, currency: 'USD', is_active: false },
  })
  expect((await lookUp([randomUUID()])).body).toEqual({ products: [] })
})

test('a price is the present one, whatever is cached', async () => {
  const { id } = await newProduct(shop)
  await shop.products.call(`/products/${id}`)
  await change(shop, id, { price: 1 })
  expect((await lookUp([id])).body.products[0].price_cents).toBe(100)
})

test.each([[[]], [['desk']], [Array.from({ length: 101 }, () => randomUUID())], [undefined]])(
  '%j is no list of 1 to 100 ids',
  async ids => {
    expect((await lookUp(ids)).status).toBe(422)
  },
)

test('nobody but a service may ask', async () => {
  for (const token of [shop.admin, shop.buyer, 'guessed'])
    expect((await lookUp([randomUUID()], token)).status).toBe(401)
})
