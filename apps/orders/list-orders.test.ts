import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer } from '../shared/testing/test-service.ts'
import { STATUSES } from './order.ts'
import { Orders } from './schemas.ts'
import { bodyOf, cancel, newOrder, openShop, type Shop } from './testing.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

const list = (query: string, token: string) => shop.orders.call(`/orders${query}`, { token })
const idsOf = (answer: Answer): string[] => bodyOf(200, answer).map(({ id }: { id: string }) => id)
const nextOf = ({ headers }: Answer) =>
  /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]

/** Orders of one buyer, by age; `status` of each. */
const insert = async (userId: string, orders: readonly { age: number; status: string }[]) => {
  const rows = await shop.database.query<{ id: string }>(
    `insert into orders.orders (id, user_id, status, total_cents, currency, expires_at, payment_id, created_at, updated_at)
     select gen_random_uuid(), $1, status, 5, 'USD', at,
       case when status not in ('pending', 'cancelled') then gen_random_uuid() end, at, at
     from (select status, timestamptz '2025-01-01' - age * interval '1 ms' as at
       from jsonb_to_recordset($2) as given (age int, status text)) given
     returning id`,
    [userId, JSON.stringify(orders)],
  )
  return rows.map(({ id }) => id)
}

async function newBuyer() {
  const id = randomUUID()
  return { id, token: await shop.issuer.token('buyer', id) }
}

test('a buyer sees the own orders with their items, newest first, in the documented shape', async () => {
  const { token } = await newBuyer()
  const placed = [
    await newOrder(shop, undefined, { token }),
    await newOrder(shop, undefined, { token }),
  ]
  await newOrder(shop)
  const { body } = await list('', token)
  expect(Orders.element.strict().array().parse(body)).toEqual(placed.toReversed())
})

test('an order without items is listed, too', async () => {
  const { id, token } = await newBuyer()
  await insert(id, [{ age: 0, status: 'pending' }])
  expect(bodyOf(200, await list('', token))).toMatchObject([{ items: [], total_amount: 0.05 }])
})

test('user_id is the caller, or anybody for an admin, who sees all without it', async () => {
  const [one, two] = [await newBuyer(), await newBuyer()]
  const [first] = await insert(one.id, [{ age: -1000, status: 'paid' }])
  const [second] = await insert(two.id, [{ age: -999, status: 'paid' }])
  expect(idsOf(await list(`?user_id=${one.id.toUpperCase()}`, one.token))).toEqual([first])
  const refused = await list(`?user_id=${two.id}`, one.token)
  expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
  expect(idsOf(await list(`?user_id=${two.id}`, shop.admin))).toEqual([second])
  expect(idsOf(await list('', shop.admin))).toEqual(expect.arrayContaining([first, second]))
  expect(idsOf(await list(`?user_id=${randomUUID()}`, shop.admin))).toEqual([])
})

test('status chooses', async () => {
  const { id, token } = await newBuyer()
  const all = await insert(
    id,
    STATUSES.map((status, age) => ({ age, status })),
  )
  for (const [index, status] of STATUSES.entries()) {
    expect(idsOf(await list(`?status=${status}`, token))).toEqual([all[index]])
    expect(idsOf(await list(`?status=${status}`, shop.admin))).toContain(all[index])
  }
  const order = await newOrder(shop, undefined, { token })
  await cancel(shop, order.id, token)
  expect(idsOf(await list('?status=cancelled&limit=1', token))).toEqual([order.id])
})

test('pages show every order once, whoever asks, whatever is placed meanwhile', async () => {
  const given = fc.record({
    age: fc.integer({ min: 0, max: 3 }),
    status: fc.constantFrom('pending', 'paid', 'cancelled'),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('', '&status=paid'),
      fc.integer({ min: 1, max: 5 }),
      fc.array(given, { maxLength: 12 }),
      fc.boolean(),
      async (filter, limit, orders, asAdmin) => {
        const { id, token } = await newBuyer()
        const stored = await insert(id, orders)
        const expected = stored.filter(
          (_, index) => filter === '' || orders[index]?.status === 'paid',
        )
        const seen: string[] = []
        let next: string | undefined = `/orders?user_id=${id}&limit=${limit}${filter}`
        while (next !== undefined) {
          const page: Answer = await shop.orders.call(next, { token: asAdmin ? shop.admin : token })
          seen.push(...idsOf(page))
          next = nextOf(page)
          await insert(id, [{ age: -1, status: 'paid' }])
        }
        expect(seen.toSorted()).toEqual(expected.toSorted())
      },
    ),
    { numRuns: 30 },
  )
})

test('skip leaves out the newest orders', async () => {
  const { id, token } = await newBuyer()
  const all = await insert(
    id,
    Array.from({ length: 6 }, (_, age) => ({ age, status: 'paid' })),
  )
  const page = await list('?skip=2&limit=2', token)
  expect(idsOf(page)).toEqual(all.slice(2, 4))
  expect(idsOf(await shop.orders.call(nextOf(page) ?? '', { token }))).toEqual(all.slice(4, 6))
})

const cursor = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url')

test.each([
  ['limit', 'limit=0'],
  ['limit', 'limit=101'],
  ['skip', 'skip=-1'],
  ['status', 'status=lost'],
  ['user_id', 'user_id=me'],
  ['after', 'after=nonsense'],
  ['after', `after=${cursor(['0000-01-01T00:00:00Z', randomUUID()])}`],
  ['after', `after=${cursor(["2020' or 1=1", randomUUID()])}`],
])('a list with a %s out of range (%s) is refused', async (field, query) => {
  const { status, body } = await list(`?${query}`, shop.admin)
  expect(status).toBe(422)
  expect(body.errors).toMatchObject([{ location: 'query', field }])
})
