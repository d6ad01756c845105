import { afterAll, beforeAll, expect, test } from 'vitest'
import { Products } from './schemas.ts'
import { SORTS } from './sort.ts'
import { idsOf, newProduct, nextOf, openShop, remove, type Shop, walk } from './testing.ts'

const ROWS = 60
const UNKNOWN = '00000000-0000-4000-8000-000000000000'

let shop: Shop
let otherCategory: string

interface Row {
  id: string
  name: string
  price_cents: number
  created_at: Date
  category_id: string
}
let rows: Row[]

beforeAll(async () => {
  shop = await openShop()
  const { body } = await shop.products.call('/categories', {
    ...{ json: { name: 'Other' }, token: shop.admin },
  })
  otherCategory = body.id
  // Every name, price and time is there five times.
  await shop.database.query(
    `insert into products.products
       select gen_random_uuid(), case n % 12 when 0 then 'Äpfel' when 1 then 'äpfel' when 2 then 'Zebra' else 'Item ' || n % 12 end,
         '', (n * 7 % 12) * 1000 + 99, case when n % 2 = 0 then $1::uuid else $2::uuid end, 1, true, 1, at, at
       from (select n, timestamptz '2025-01-01' + (n * 5 % 12) * interval '1 ms' as at
             from generate_series(1, ${ROWS}) n) numbers`,
    [shop.categoryId, otherCategory],
  )
  rows = await shop.database.query<Row>('select * from products.products')
})

afterAll(() => shop?.close())

const list = (query: string) => shop.products.call(`/products?${query}`)
const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0)
const bytes = (text: string) => Buffer.from(text).toString('hex')

const KEYS: Record<string, (row: Row) => string | number> = {
  created_at: row => row.created_at.getTime(),
  price: row => row.price_cents,
  name: row => bytes(row.name),
}

/** The order that `sort` promises, ties by id in the same direction. */
function sorted(some: readonly Row[], sort: string): string[] {
  const key = KEYS[sort.replace('-', '')]!
  const ascending = [...some].sort((a, b) => compare(key(a), key(b)) || compare(a.id, b.id))
  return (sort.startsWith('-') ? ascending.toReversed() : ascending).map(row => row.id)
}

test.each(SORTS)('sorted by %s the order is total, in one page and across pages', async sort => {
  const expected = sorted(rows, sort)
  const whole = await list(`sort=${sort}`)
  expect(Products.element.strict().array().parse(whole.body)).toHaveLength(ROWS)
  expect(idsOf(whole)).toEqual(expected)
  for (const limit of [1, 7, 60])
    expect(await walk(shop.products, `/products?sort=${sort}&limit=${limit}`)).toEqual(expected)
})

test('newest first is the default, and at most 100 are sent', async () => {
  expect(idsOf(await list(''))).toEqual(sorted(rows, '-created_at'))
  const { body } = await shop.products.call('/openapi.json')
  const parameters: { name: string; schema: object }[] = body.paths['/products'].get.parameters
  expect(parameters.find(({ name }) => name === 'limit')?.schema).toMatchObject({
    ...{ type: 'integer', minimum: 1, maximum: 100 },
  })
})

test.each<[string, () => string, (row: Row) => boolean]>([
  ['a category', () => `category_id=${otherCategory}`, row => row.category_id === otherCategory],
  ['an unknown category', () => `category_id=${UNKNOWN}`, () => false],
  ['a least price', () => 'min_price=30.99', row => row.price_cents >= 3099],
  ['a price just above', () => 'min_price=31', row => row.price_cents >= 3100],
  ['a highest price', () => 'max_price=30.99', row => row.price_cents <= 3099],
  ['one price', () => 'min_price=30.99&max_price=30.99', row => row.price_cents === 3099],
  ['no price at all', () => 'min_price=5&max_price=4', () => false],
  ['a name', () => `search=${encodeURIComponent('äpfel')}`, row => /äpfel/i.test(row.name)],
  [
    'all at once',
    () => `category_id=${otherCategory}&min_price=10&max_price=90.99&search=item`,
    row =>
      row.category_id === otherCategory &&
      row.price_cents >= 1000 &&
      row.price_cents <= 9099 &&
      row.name.startsWith('Item'),
  ],
])(
  'a list filtered by %s holds exactly what fits, in every order and page size',
  async (_, query, fits) => {
    for (const sort of SORTS) {
      const expected = sorted(rows.filter(fits), sort)
      expect(idsOf(await list(`${query()}&sort=${sort}`))).toEqual(expected)
      expect(await walk(shop.products, `/products?${query()}&sort=${sort}&limit=4`)).toEqual(
        expected,
      )
    }
  },
)

test('skip and limit cut the same order', async () => {
  const expected = sorted(rows, 'name')
  expect(idsOf(await list('sort=name&skip=5&limit=10'))).toEqual(expected.slice(5, 15))
  expect(idsOf(await list(`sort=name&skip=${ROWS}`))).toEqual([])
  const page = await list('sort=name&skip=5&limit=10')
  expect(idsOf(await shop.products.call(nextOf(page)!))).toEqual(expected.slice(15, 25))
})

test('the Link header keeps the other parameters and is left out on the last page', async () => {
  const search = 'Item 3&sort=price'
  const page = await list(`search=${encodeURIComponent(search)}&limit=1`)
  expect(page.headers.has('link')).toBe(false)
  const first = await list(`search=item+3&sort=price&limit=2&min_price=0.5`)
  const next = new URL(nextOf(first)!, shop.products.url)
  expect(Object.fromEntries(next.searchParams)).toMatchObject({
    ...{ search: 'item 3', sort: 'price', limit: '2', min_price: '0.5' },
  })
  expect((await list('limit=60')).headers.has('link')).toBe(false)
  expect((await list('limit=59')).headers.has('link')).toBe(true)
})

const cursorOf = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url')

test.each([
  ['limit', 'limit=0'],
  ['limit', 'limit=101'],
  ['limit', 'limit='],
  ['limit', 'limit=1e1'],
  ['limit', 'limit=5&limit=6'],
  ['skip', 'skip=-1'],
  ['skip', 'skip=abc'],
  ['skip', 'skip=100001'],
  ['min_price', 'min_price=1.234'],
  ['min_price', 'min_price=-1'],
  ['max_price', 'max_price=1e3'],
  ['max_price', 'max_price=99999999'],
  ['category_id', 'category_id=desks'],
  ['search', `search=${'x'.repeat(201)}`],
  ['search', 'search=a%00b'],
  ['sort', 'sort=stock'],
  ['sort', 'sort=name;drop table products'],
  ['after', 'after=nonsense'],
  ['after', `after=${'x'.repeat(3000)}`],
  ['after', `after=${cursorOf(['price', 99, UNKNOWN])}`],
  ['after', `sort=price&after=${cursorOf(['price', 1e10, UNKNOWN])}`],
  ['after', `sort=price&after=${cursorOf(['price', '99', UNKNOWN])}`],
  ['after', `sort=name&after=${cursorOf(['name', 'a\0b', UNKNOWN])}`],
  ['after', `sort=name&after=${cursorOf(['name', 'x', "' or 1=1"])}`],
  ['after', `after=${cursorOf(['-created_at', '0000-01-01T00:00:00Z', UNKNOWN])}`],
  ['after', `after=${cursorOf(['-created_at', "now'", UNKNOWN])}`],
])('a %s out of range (%s) is refused and not clamped', async (field, query) => {
  const { status, body } = await list(query)
  expect(status).toBe(422)
  expect(body.errors).toMatchObject([{ location: 'query', field }])
})

test('a cursor of another order is refused', async () => {
  const page = await list('sort=price&limit=5')
  const cursor = new URL(nextOf(page)!, shop.products.url).searchParams.get('after')!
  for (const sort of SORTS)
    expect((await list(`sort=${sort}&after=${cursor}`)).status).toBe(sort === 'price' ? 200 : 422)
})

test('an unknown query parameter is ignored', async () => {
  const answer = await list('limit=2&color=red&__proto__=1')
  expect([answer.status, answer.body.length]).toEqual([200, 2])
})

test('a name of 200 control characters has a page behind it, too', async () => {
  const { id } = await newProduct(shop, { name: '\u0002'.repeat(200) })
  const first = await list('sort=name&limit=1')
  expect(idsOf(first)).toEqual([id])
  expect((await shop.products.call(nextOf(first)!)).status).toBe(200)
  await remove(shop, id)
})
