import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SORTS } from './sort.ts'
import { openShop, type Shop, walk } from './testing.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

/** Few different values, so that ties are everywhere. */
const fields = fc.record({
  name: fc.constantFrom('a', 'B', 'ä', '"', '🦊'),
  cents: fc.integer({ min: 0, max: 3 }),
  age: fc.integer({ min: 0, max: 3 }),
})
type Fields = typeof fields extends fc.Arbitrary<infer T> ? T : never

const insert = async (rows: readonly Fields[]): Promise<string[]> => {
  const inserted = await shop.database.query<{ id: string }>(
    `insert into products.products
       select gen_random_uuid(), name, '', cents, $1, 1, true, 1, at, at
       from (select *, timestamptz '2025-01-01' + age * interval '1 ms' as at
             from jsonb_to_recordset($2) as given(name text, cents int, age int)) rows
       returning id`,
    [shop.categoryId, JSON.stringify(rows)],
  )
  return inserted.map(({ id }) => id)
}

const remove = (ids: readonly string[]) =>
  shop.database.query('delete from products.products where id = any($1)', [ids])

test('pages show every product once while others are inserted and deleted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...SORTS),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fields, { maxLength: 15 }),
      fc.array(fields, { maxLength: 5 }),
      fc.array(fields, { minLength: 1, maxLength: 3 }),
      async (sort, limit, staying, leaving, coming) => {
        await shop.database.query('truncate products.products')
        const kept = await insert(staying)
        const gone = await insert(leaving)
        const seen = await walk(
          shop.products,
          `/products?sort=${sort}&limit=${limit}`,
          async () => {
            await remove(gone.splice(0, 1))
            if (coming.length > 0) await insert(coming.splice(0, 1))
          },
        )
        expect(new Set(seen).size).toBe(seen.length)
        expect(seen).toEqual(expect.arrayContaining(kept))
      },
    ),
    { numRuns: 40 },
  )
})
