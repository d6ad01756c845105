import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BY_IDS } from './find-product.ts'
import { listStatement } from './list-statement.ts'
import { ProductList } from './schemas.ts'
import { SORTS } from './sort.ts'
import { openShop, type Shop } from './testing.ts'

let shop: Shop
let service: pg.Client

beforeAll(async () => {
  shop = await openShop()
  await shop.database.query(
    `insert into products.products
       select gen_random_uuid(), 'Product ' || md5(n::text), 'Common words, ' || md5((n * 31)::text),
         n * 7919 % 100000, $1, 1, true, 1, at, at
       from (select n, timestamptz '2025-01-01' + (n * 13 % 20011) * interval '1 min' as at
             from generate_series(1, 20000) n) rows`,
    [shop.categoryId],
  )
  await shop.database.query(
    `update products.products set name = 'Xylophone' where id = (select id from products.products limit 1)`,
  )
  await shop.database.query('vacuum analyze products.products')
  service = new pg.Client({ connectionString: shop.database.url })
  await service.connect()
})

afterAll(async () => {
  await service?.end()
  await shop?.close()
})

async function planOf(query: Record<string, string>): Promise<string> {
  const { name, text, values } = listStatement(ProductList.parse(query))
  // What is planned once must do for any value.
  const { rows } =
    name === undefined
      ? await service.query(`explain (costs off) ${text}`, values)
      : await service.query(`explain (costs off, generic_plan) ${text}`)
  return rows.map(row => row['QUERY PLAN']).join('\n')
}

const INDEX_OF: Record<string, string> = {
  created_at: 'products_by_age',
  price: 'products_by_price',
  name: 'products_by_name',
}

test.each([
  ['a rare term', 'xylophone'],
  ['a rare word after frequent ones', 'common words, ffff'],
  ['a term without a hit', 'unobtainium'],
])('%s is found by the trigram index, whatever the order', async (_, search) => {
  for (const sort of SORTS) expect(await planOf({ search, sort })).toContain('products_search')
})

test.each(SORTS)('a page of the whole list by %s is read from its index, unsorted', async sort => {
  const index = INDEX_OF[sort.replace('-', '')]!
  const first = await planOf({ sort, limit: '20' })
  expect(first).toContain(index)
  expect(first).not.toContain('Sort')
  const page = await shop.products.call(`/products?sort=${sort}&limit=20`)
  const after = /after=([\w-]+)/.exec(page.headers.get('link') ?? '')?.[1] ?? ''
  const next = await planOf({ sort, limit: '20', after })
  expect(next).toMatch(/Index Cond: \(ROW\(/)
  expect(next).not.toContain('Sort')
})

test('a term that nearly every product has is looked for along the order, not by sorting all', async () => {
  for (const sort of SORTS)
    expect(await planOf({ search: 'common', sort, limit: '20' })).not.toContain('Sort')
})

test.each([
  ['xylophone', 'xylophone'],
  ['Walnut Desk, 77777', 'Walnut%Desk%77777'],
  ['the no 4 desk', 'the no 4 desk'],
  ['100%_oak\\ash', '100%oak%ash'],
  ['5% off', '5\\% off'],
])('of %j the trigram index is asked for %j: not for the ends of long words', (search, asked) => {
  expect(listStatement(ProductList.parse({ search })).values[1]).toBe(asked)
})

test('along an order a row is looked through by position first, which is faster than like', async () => {
  expect(await planOf({ search: 'common', limit: '20' })).toMatch(/Filter: .*POSITION.*~~/)
})

test('products by id are planned once, for one id as for many', async () => {
  for (let round = 0; round < 12; round++) {
    const ids = Array.from({ length: 1 + (round % 4) }, () => randomUUID())
    await service.query({ ...BY_IDS, values: [ids] })
  }
  const { rows } = await service.query(
    'select generic_plans::int from pg_prepared_statements where name = $1',
    [BY_IDS.name],
  )
  expect(rows).toEqual([{ generic_plans: 7 }]) // PostgreSQL tries five plans of their own first
})

test.each<[string, string, Record<string, string>]>([
  ['a category by age', 'products_by_category', { category_id: randomUUID() }],
  ['the cheapest from a price on', 'products_by_price', { sort: 'price', min_price: '9' }],
  ['the dearest up to a price', 'products_by_price', { sort: '-price', max_price: '9' }],
  [
    'a price range by price',
    'products_by_price',
    { sort: 'price', min_price: '1', max_price: '9' },
  ],
])('%s is read from the index %s, unsorted', async (_, index, query) => {
  const plan = await planOf(query)
  expect(plan).toMatch(new RegExp(`${index}[\\s\\S]*Index Cond`))
  expect(plan).not.toContain('Sort')
})

test('one plan for all values is used only where no value needs another', () => {
  const nameOf = (query: Record<string, string>) => listStatement(ProductList.parse(query)).name
  const category_id = randomUUID()
  expect(nameOf({ limit: '20' })).toBe('products-by -created_at')
  expect(nameOf({ limit: '50' })).toBe('products-by -created_at')
  expect(nameOf({ sort: 'price', min_price: '1' })).toBe('products-by price min')
  expect(nameOf({ category_id, sort: 'created_at' })).toBe('products-by created_at category')
  for (const query of [
    { search: 'desk' },
    { skip: '1000' },
    { category_id, sort: 'price' },
    { category_id, min_price: '1' },
    { min_price: '1' },
    { max_price: '1', sort: 'name' },
  ])
    expect(nameOf(query)).toBeUndefined()
})

test('a search reads no list of unmerged words: a write merges its own', async () => {
  const { rows } = await service.query(
    `select reloptions from pg_class where oid = 'products_search'::regclass`,
  )
  expect(rows).toEqual([{ reloptions: ['fastupdate=off'] }])
})
