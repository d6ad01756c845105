import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listStatement } from './list-orders.ts'
import { OrderList } from './schemas.ts'
import { openShop, type Shop } from './testing.ts'

let shop: Shop
let service: pg.Client

beforeAll(async () => {
  shop = await openShop()
  await shop.database.query(
    `insert into orders.orders (id, user_id, status, total_cents, currency, expires_at, payment_id, created_at, updated_at)
     select gen_random_uuid(), ('00000000-0000-4000-8000-' || lpad((n % 500)::text, 12, '0'))::uuid,
       case n % 200 when 0 then 'pending' else 'paid' end, 1, 'USD', at,
       case n % 200 when 0 then null else gen_random_uuid() end, at, at
     from (select n, timestamptz '2025-01-01' + n * interval '1 min' as at from generate_series(1, 20000) n) rows`,
  )
  await shop.database.query('vacuum analyze orders.orders')
  service = new pg.Client({ connectionString: shop.database.url })
  await service.connect()
})

afterAll(async () => {
  await service?.end()
  await shop?.close()
})

async function planOf(query: Record<string, string>): Promise<string> {
  const { name, text, values } = listStatement(OrderList.parse(query))
  // What is planned once must do for any value.
  const { rows } =
    name === undefined
      ? await service.query(`explain (costs off) ${text}`, values)
      : await service.query(`explain (costs off, generic_plan) ${text}`)
  return rows.map(row => row['QUERY PLAN']).join('\n')
}

const after = Buffer.from(JSON.stringify(['2025-01-02T00:00:00.000Z', randomUUID()])).toString(
  'base64url',
)

test.each<[string, string, Record<string, string>]>([
  ['all orders', 'orders_by_age', {}],
  ["a buyer's orders", 'orders_by_user', { user_id: randomUUID() }],
  ['orders of a status', 'orders_by_status', { status: 'pending' }],
])('%s are read from the index %s, unsorted, on every page', async (_, index, query) => {
  for (const page of [query, { ...query, after }]) {
    const plan = await planOf({ ...page, limit: '20' })
    expect(plan).toContain(index)
    expect(plan).not.toContain('Sort Key: orders.')
    if ('after' in page) expect(plan).toMatch(/Index Cond: .*ROW\(created_at, id\)/)
  }
})

test("a buyer's orders of a status are found without looking at all others", async () => {
  const user_id = '00000000-0000-4000-8000-000000000007'
  for (const status of ['pending', 'paid', 'shipped'])
    expect(await planOf({ user_id, status })).not.toContain('Seq Scan on orders')
})

test('expired orders are found without looking at the others', async () => {
  const { rows } = await service.query(
    `explain (costs off) select id from orders where status = 'pending' and expires_at < now()
     order by expires_at limit 50 for update skip locked`,
  )
  expect(rows.map(row => row['QUERY PLAN']).join('\n')).toContain('orders_expiring')
})
