import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listStatement } from './list-products.ts'
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
  const { text, values } = listStatement(ProductList.parse(query))
  const { rows } = await service.query(`explain (costs off) ${text}`, values)
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

test('a search reads no list of unmerged words: a write merges its own', async () => {
  const { rows } = await service.query(
    `select reloptions from pg_class where oid = 'products_search'::regclass`,
  )
  expect(rows).toEqual([{ reloptions: ['fastupdate=off'] }])
})
