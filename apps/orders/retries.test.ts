import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { TestService } from '../shared/testing/test-service.ts'
import { bodyOf, eventsOf, find, newProduct, openShop, post, type Shop } from './testing.ts'

let shop: Shop
let second: TestService

beforeAll(async () => {
  shop = await openShop()
  second = await shop.another()
})

afterEach(() => shop.inventory.before(undefined))
afterAll(() => shop?.close())

const wish = () => ({ items: [{ product_id: newProduct(shop).product_id, quantity: 1 }] })
const count = async () =>
  Number((await shop.database.query<{ n: string }>('select count(*) n from orders.orders'))[0]?.n)

test('an order needs an Idempotency-Key', async () => {
  const { status, body } = await post(shop, wish(), { key: null })
  expect([status, body.code]).toEqual([400, 'idempotency_key_required'])
})

test('the same key and body again has the same answer and no second effect', async () => {
  const [key, json] = [randomUUID(), wish()]
  const first = bodyOf(201, await post(shop, json, { key }))
  const [before, reservations] = [await count(), shop.inventory.reservations.size]
  const again = await post(shop, json, { key, service: second })
  expect(bodyOf(201, again)).toEqual(first)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect([await count(), shop.inventory.reservations.size]).toEqual([before, reservations])
})

test('a key belongs to its body and to its buyer', async () => {
  const [key, json] = [randomUUID(), wish()]
  const { id } = bodyOf(201, await post(shop, json, { key }))
  const other = await post(shop, wish(), { key })
  expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
  const token = await shop.issuer.token('buyer')
  expect(bodyOf(201, await post(shop, json, { key, token })).id).not.toBe(id)
})

/** Resolves for all when so many wait: each has its stock then, and none is stored yet. */
function barrier(waiting: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let count = 0
  return () => {
    if (++count === waiting) resolve()
    return promise
  }
}

test('requests of one key at once make one order and all have its answer', async () => {
  for (let round = 0; round < 5; round++) {
    const [key, json, before] = [randomUUID(), wish(), await count()]
    shop.inventory.before(barrier(4))
    const answers = await Promise.all(
      [shop.orders, second, shop.orders, second].map(service => post(shop, json, { key, service })),
    )
    const orders = answers.map(answer => bodyOf(201, answer))
    expect(new Set(orders.map(order => JSON.stringify(order))).size).toBe(1)
    expect(await count()).toBe(before + 1)
    expect(await eventsOf(shop, orders[0].id)).toHaveLength(1)
    expect(shop.inventory.reservations.get(orders[0].id)?.status).toBe('held')
  }
})

/** The database is gone exactly when the stock is held and the order is not stored yet. */
async function crashInBetween(json: object, key: string): Promise<void> {
  const role = new URL(shop.database.url).username
  shop.inventory.before(async () => {
    await shop.database.query(`alter role ${role} connection limit 0`)
    await shop.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'orders'`,
    )
  })
  const { status, headers } = await post(shop, json, { key })
  expect(status).toBe(503)
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  shop.inventory.before(undefined)
  await shop.database.query(`alter role ${role} connection limit -1`)
  await expect
    .poll(async () => (await shop.orders.call('/ready')).status, { timeout: 10_000 })
    .toBe(200)
}

test('a retry finds the stock that a try held which then could not store the order', async () => {
  const [key, json] = [randomUUID(), wish()]
  const before = [await count(), shop.inventory.reservations.size] as const
  await crashInBetween(json, key)
  expect([await count(), shop.inventory.reservations.size]).toEqual([before[0], before[1] + 1])
  const order = bodyOf(201, await post(shop, json, { key }))
  expect(shop.inventory.reservations.get(order.id)?.status).toBe('held')
  expect([await count(), shop.inventory.reservations.size]).toEqual([before[0] + 1, before[1] + 1])
})

test('a retry with other items under the same key is refused, as it would be after a success', async () => {
  const [key, json] = [randomUUID(), wish()]
  await crashInBetween(json, key)
  const { status, body } = await post(shop, wish(), { key })
  expect([status, body.code]).toEqual([422, 'idempotency_key_reused'])
})

test('a retry that comes when the stock is free again is told to use a new key', async () => {
  const [key, json] = [randomUUID(), wish()]
  await crashInBetween(json, key)
  for (const kept of shop.inventory.reservations.values()) kept.status = 'expired'
  const { status, body } = await post(shop, json, { key })
  expect([status, body.code]).toEqual([409, 'reservation_ended'])
})

test.each([
  ['late', 12, 7],
  ['much too late', 5.5, undefined],
])(
  'an order of a retry that comes %s ends before its reservation, or is not made',
  async (_, reservedMinutes, waits) => {
    const [key, json] = [randomUUID(), wish()]
    await crashInBetween(json, key)
    const [id, kept] = [...shop.inventory.reservations].at(-1)!
    kept.answer.expires_at = new Date(Date.now() + reservedMinutes * 60_000).toISOString()
    const { status, body } = await post(shop, json, { key })
    if (waits === undefined) {
      expect([status, body.code, kept.status]).toEqual([409, 'reservation_ended', 'released'])
      expect((await find(shop, id)).status).toBe(404)
    } else {
      expect(status).toBe(201)
      const minutes = (Date.parse(body.expires_at) - Date.parse(body.created_at)) / 60_000
      expect(Math.round(minutes)).toBe(waits)
    }
  },
)

test('an order that can never be stored gives its stock back', async () => {
  await shop.database.query(
    'alter table orders.orders add constraint never check (total_cents <> 66600)',
  )
  const { product_id } = newProduct(shop, { price_cents: 66_600 })
  const before = await count()
  expect((await post(shop, { items: [{ product_id, quantity: 1 }] })).status).toBe(500)
  expect([...shop.inventory.reservations.values()].at(-1)?.status).toBe('released')
  expect(await count()).toBe(before)
})

test('a key that is used again after it was forgotten makes no second order', async () => {
  const [key, json] = [randomUUID(), wish()]
  const { id } = bodyOf(201, await post(shop, json, { key }))
  await shop.database.query('delete from orders.idempotency_keys where key = $1', [key])
  const before = await count()
  for (const status of ['held', 'released'] as const) {
    shop.inventory.reservations.get(id)!.status = status
    const answer = await post(shop, json, { key })
    expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_key_reused'])
  }
  expect(await count()).toBe(before)
})
