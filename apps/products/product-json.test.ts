import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PRODUCT_JSON } from './product-json.ts'
import { openShop, type Shop } from './testing.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

const text = fc.string({ unit: 'binary' }).filter(value => !value.includes('\0'))
const int = fc.integer({ min: 0, max: 2_147_483_647 })
const instant = fc.date({
  ...{ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') },
  noInvalidDate: true,
})
const product = fc.record({
  id: fc.uuid(),
  name: text,
  description: text,
  priceCents: int,
  stock: int,
  isActive: fc.boolean(),
  createdAt: instant,
  updatedAt: instant,
})

test('the JSON that PostgreSQL writes of a product is what JSON.stringify writes, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(product, async given => {
      const { id, name, description, priceCents, stock, isActive, createdAt, updatedAt } = given
      const rows = await shop.database.query(
        `with products as (select $1::uuid as id, $2::text as name, $3::text as description,
             $4::integer as price_cents, $5::uuid as category_id, $6::integer as stock_quantity,
             $7::boolean as is_active, $8::timestamptz(3) as created_at, $9::timestamptz(3) as updated_at)
           select ${PRODUCT_JSON} as json from products`,
        [
          ...[id, name, description, priceCents, shop.categoryId, stock, isActive],
          ...[createdAt.toISOString(), updatedAt.toISOString()],
        ],
      )
      expect(rows).toEqual([
        {
          json: JSON.stringify({
            ...{ id, name, description, price: priceCents / 100, category_id: shop.categoryId },
            ...{ stock_quantity: stock, is_active: isActive },
            ...{ created_at: createdAt, updated_at: updatedAt },
          }),
        },
      ])
    }),
    { numRuns: 300 },
  )
})
