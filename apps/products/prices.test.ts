import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { change, create, newProduct, openShop, type Shop } from './testing.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

test.each([
  -1,
  -0.01,
  1e30,
  0.001,
  19.999,
  10_000_000,
  9_999_999.991,
  '9.99',
  null,
  true,
  [1],
  1e-7,
])('the price %j is refused with what is allowed', async price => {
  const { id } = await newProduct(shop)
  const answers = [await create(shop, { price }), await change(shop, id, { price })]
  for (const { status, body } of answers) {
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ location: 'body', field: 'price' }])
    expect(body.errors[0].message).toBe(
      `must be a number from 0 to 9999999.99 with at most 2 decimal places; given ${JSON.stringify(price)}`,
    )
  }
})

test.each(['NaN', 'Infinity', '-Infinity', '01', '1.', '.5', '0x10'])(
  'the price %s is not even JSON',
  async price => {
    const { status, body } = await shop.products.call('/products', {
      ...{ method: 'POST', token: shop.admin, headers: { 'content-type': 'application/json' } },
      body: `{"name": "x", "category_id": "${shop.categoryId}", "price": ${price}}`,
    })
    expect([status, body.code]).toEqual([400, 'malformed_body'])
  },
)

test('1e400 is no number that a price can have', async () => {
  const { status } = await shop.products.call('/products', {
    ...{ method: 'POST', token: shop.admin, headers: { 'content-type': 'application/json' } },
    body: `{"name": "x", "category_id": "${shop.categoryId}", "price": 1e400}`,
  })
  expect(status).toBe(422)
})

test.each([0, 0.01, 0.1, 0.29, 1.1, 19.99, 1e2, 4.35, 1_000_000.07, 9_999_999.99])(
  'the price %d comes back as it was sent, in lists too',
  async price => {
    const { id, price: answered } = await newProduct(shop, { price })
    const found = await shop.products.call(`/products/${id}`)
    const [row] = await shop.database.query<{ price_cents: number }>(
      'select price_cents from products.products where id = $1',
      [id],
    )
    expect([answered, found.body.price, row?.price_cents]).toEqual([
      price,
      price,
      Math.round(price * 100),
    ])
    const list = await shop.products.call(`/products?min_price=${price}&max_price=${price}`)
    expect(list.body.map((product: { id: string }) => product.id)).toContain(id)
  },
)

test('any amount of cents comes back as it was sent', async () => {
  const { id } = await newProduct(shop)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 999_999_999 }), async cents => {
      const { status, body } = await change(shop, id, { price: cents / 100 })
      expect([status, body.price]).toEqual([200, cents / 100])
      expect((await shop.products.call(`/products/${id}`)).body.price).toBe(cents / 100)
    }),
    { numRuns: 100 },
  )
})
