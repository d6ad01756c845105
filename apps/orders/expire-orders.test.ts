import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { whileLocked } from '../shared/testing/while-locked.ts'
import { expireOrders } from './expire-orders.ts'
import {
  endTime,
  eventsOf,
  find,
  newOrder,
  openShop,
  pay,
  type Shop,
  stepsOf,
  typesOf,
} from './testing.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

test('an order that was not paid in time is cancelled, once its payment can not be on its way any more', async () => {
  const [late, later, fresh] = [await newOrder(shop), await newOrder(shop), await newOrder(shop)]
  const paid = await newOrder(shop)
  await pay(shop, paid)
  await endTime(shop, late.id, 31)
  await endTime(shop, later.id, 29)
  await endTime(shop, paid.id, 31)
  expect(await expireOrders(shop.own, 30)).toBe(1)
  expect((await find(shop, late.id)).body.history.at(-1)).toMatchObject({
    ...{ step: 'cancelled', status: 'cancelled', cause: 'expiry', reason: 'expired' },
    ...{ actor_id: null, event_id: null },
  })
  expect((await eventsOf(shop, late.id)).at(-1)).toMatchObject({
    type: 'order.cancelled',
    data: { order_id: late.id, user_id: shop.buyerId, reason: 'expired', payment_id: null },
  })
  for (const { id } of [later, fresh]) expect(await stepsOf(shop, id)).toEqual(['placed pending'])
  expect(await stepsOf(shop, paid.id)).toEqual(['placed pending', 'paid paid'])
  await pay(shop, later)
})

test('many instances at once cancel each order once, also more than one transaction takes', async () => {
  const orders = await Promise.all(Array.from({ length: 120 }, () => newOrder(shop)))
  await Promise.all(orders.map(({ id }) => endTime(shop, id)))
  const counts = await Promise.all(Array.from({ length: 3 }, () => expireOrders(shop.own, 0)))
  expect(counts.reduce((sum, count) => sum + count)).toBe(120)
  const cancelled = await shop.database.query(
    `select from orders.outbox where envelope->>'type' = 'order.cancelled'
       and envelope->'subject'->>'id' = any($1)`,
    [orders.map(({ id }) => id)],
  )
  expect(cancelled).toHaveLength(120)
})

test('an order that is being changed is left for the next time, and holds nobody up', async () => {
  const [busy, other] = [await newOrder(shop), await newOrder(shop)]
  await Promise.all([busy, other].map(({ id }) => endTime(shop, id)))
  const first = await whileLocked(
    shop.database,
    {
      statements: [['select from orders.orders where id = $1 for update', [busy.id]]],
      waiting: 0,
    },
    () => expireOrders(shop.own, 0),
  )
  expect(first).toBe(1)
  expect(await typesOf(shop, other.id)).toEqual(['order.placed', 'order.cancelled'])
  expect(await expireOrders(shop.own, 0)).toBe(1)
})

test('an order is either paid or cancelled when both happen at once', async () => {
  for (let round = 0; round < 10; round++) {
    const order = await newOrder(shop)
    await endTime(shop, order.id)
    const [, count] = await Promise.all([pay(shop, order), expireOrders(shop.own, 0)])
    const types = await typesOf(shop, order.id)
    const taken = ['order.placed', 'order.cancelled', 'order.cancelled']
    expect(types).toEqual(count === 0 ? ['order.placed', 'order.paid'] : taken)
    if (count > 0)
      expect((await eventsOf(shop, order.id)).at(-1)).toMatchObject({
        data: { payment_id: expect.any(String) },
      })
  }
})

test('each instance looks every few seconds, as the settings say, and waits as long', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    await shop.another({ expirySeconds: 7, expiryGraceSeconds: 60 })
    const [late, later] = [await newOrder(shop), await newOrder(shop)]
    await Promise.all([endTime(shop, late.id, 61), endTime(shop, later.id, 50)])
    const typesOfLate = () => typesOf(shop, late.id)
    vi.advanceTimersByTime(6_999)
    expect(await typesOfLate()).toEqual(['order.placed'])
    vi.advanceTimersByTime(1)
    await vi.waitFor(async () =>
      expect(await typesOfLate()).toEqual(['order.placed', 'order.cancelled']),
    )
    expect(await typesOf(shop, later.id)).toEqual(['order.placed'])
  } finally {
    vi.useRealTimers()
  }
})
