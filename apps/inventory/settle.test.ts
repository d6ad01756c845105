import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expireReservations } from './expire-reservations.ts'
import { consumeReservation, releaseReservation } from './settle.ts'
import {
  type Instance,
  instanceOn,
  LOW_AT,
  openStockroom,
  type Stockroom,
} from './testing-stockroom.ts'

let room: Stockroom
let shop: Instance

beforeAll(async () => {
  room = await openStockroom()
  shop = instanceOn(room.database)
})
afterEach(async () => expect(await room.differences()).toEqual([]))
afterAll(() => room?.close())

const ENDED_LONG_AGO = `update inventory.reservations set expires_at = now() - interval '1 s' where order_id = $1`

/** An order of 3 of 10 desks. */
async function heldOrder() {
  const desk = await room.product(10)
  const orderId = randomUUID()
  const { items } = await shop.order({ [desk]: 3 }, orderId)
  return { desk, orderId, items }
}

test('a paid order takes what it holds, once', async () => {
  const { desk, orderId, items } = await heldOrder()
  for (const _ of [1, 2]) await shop.end(orderId, 'consumed', items)
  expect(await room.stockOf(desk)).toEqual({ on_hand: 7, reserved: 0, available: 7 })
  expect(await room.statusOf(orderId)).toBe('consumed')
})

test('an order that came to nothing gives back what it holds, once, and nothing of what it took', async () => {
  const { desk, orderId } = await heldOrder()
  for (const _ of [1, 2]) await shop.end(orderId, 'released')
  expect(await room.stockOf(desk)).toEqual({ on_hand: 10, reserved: 0, available: 10 })
  const paid = await heldOrder()
  await shop.end(paid.orderId, 'consumed', paid.items)
  await shop.end(paid.orderId, 'released')
  expect(await room.statusOf(paid.orderId)).toBe('consumed')
})

test('a refunded order gives back what it took, once', async () => {
  const { desk, orderId, items } = await heldOrder()
  await shop.end(orderId, 'consumed', items)
  for (const _ of [1, 2]) await shop.end(orderId, 'refunded')
  expect(await room.stockOf(desk)).toEqual({ on_hand: 10, reserved: 0, available: 10 })
})

test('when the refund is heard of before the payment, nothing is taken and nothing stays held', async () => {
  const { desk, orderId, items } = await heldOrder()
  await shop.end(orderId, 'refunded')
  await shop.end(orderId, 'consumed', items)
  expect(await room.stockOf(desk)).toEqual({ on_hand: 10, reserved: 0, available: 10 })
  expect(await room.statusOf(orderId)).toBe('refunded')
})

test('an order whose reservation had ended takes its items again when it is paid', async () => {
  const { desk, orderId, items } = await heldOrder()
  await shop.end(orderId, 'released')
  await shop.end(orderId, 'consumed', items)
  expect(await room.stockOf(desk)).toEqual({ on_hand: 7, reserved: 0, available: 7 })
  // One that never reserved, too.
  const unknown = randomUUID()
  await shop.end(unknown, 'consumed', items)
  expect(await room.stockOf(desk)).toMatchObject({ on_hand: 4 })
  expect(await room.statusOf(unknown)).toBe('consumed')
})

test('when its stock is gone by then, it takes nothing and reservation.lost is published, once', async () => {
  const [desk, lamp] = [await room.product(5), await room.product(5)]
  const orderId = randomUUID()
  const { items } = await shop.order({ [desk]: 3, [lamp]: 1 }, orderId)
  await shop.end(orderId, 'released')
  await shop.order({ [desk]: 4 })
  for (const _ of [1, 2]) await shop.end(orderId, 'consumed', items)
  expect(await room.stockOf(desk)).toEqual({ on_hand: 5, reserved: 4, available: 1 })
  expect(await room.stockOf(lamp)).toEqual({ on_hand: 5, reserved: 0, available: 5 })
  const events = await room.eventsOf(orderId)
  expect(events.map(({ type, data }) => [type, data])).toEqual([
    [
      'reservation.lost',
      { order_id: orderId, shortages: [{ product_id: desk, requested: 3, available: 1 }] },
    ],
  ])
  // The refund that follows gives nothing back that it never took.
  await shop.end(orderId, 'refunded')
  expect(await room.stockOf(lamp)).toMatchObject({ on_hand: 5 })
})

test('reservations past their time are ended by one instance each, others stay', async () => {
  const orders = await Promise.all(Array.from({ length: 60 }, heldOrder))
  const kept = await heldOrder()
  for (const { orderId } of orders) await room.arranged.query(ENDED_LONG_AGO, [orderId])
  const others = await Promise.all([room.instance(), room.instance()])
  const ended = await Promise.all(
    [room, ...others].map(async ({ database }) => expireReservations(database, LOW_AT)),
  )
  expect(ended.reduce((sum, count) => sum + count)).toBe(60)
  for (const { desk, orderId } of orders.slice(0, 5)) {
    expect(await room.statusOf(orderId)).toBe('expired')
    expect(await room.stockOf(desk)).toMatchObject({ reserved: 0 })
    expect((await room.eventsOf(desk)).at(-1)?.data).toMatchObject({ available: 10 })
  }
  expect(await room.statusOf(kept.orderId)).toBe('held')
  expect(await expireReservations(room.database, LOW_AT)).toBe(0)
})

test('payment and expiry at the same moment: the order has its items, or its stock is free', async () => {
  const other = await room.instance()
  for (let round = 0; round < 10; round++) {
    const { desk, orderId, items } = await heldOrder()
    await room.arranged.query(ENDED_LONG_AGO, [orderId])
    await Promise.all([
      shop.end(orderId, 'consumed', items),
      expireReservations(other.database, LOW_AT),
    ])
    // Taken while it was held, or taken again after it had expired.
    expect(await room.statusOf(orderId)).toBe('consumed')
    expect(await room.stockOf(desk)).toEqual({ on_hand: 7, reserved: 0, available: 7 })
  }
})

test('a service may release and consume by name of the order; what can not be is said', async () => {
  const { orderId } = await heldOrder()
  const consumed = { order_id: orderId, status: 'consumed' }
  expect(await consumeReservation(room.database, orderId, LOW_AT)).toEqual(consumed)
  expect(await consumeReservation(room.database, orderId, LOW_AT)).toEqual(consumed)
  expect(await releaseReservation(room.database, orderId, LOW_AT)).toEqual(consumed)
  await shop.end(orderId, 'refunded')
  await expect(consumeReservation(room.database, orderId, LOW_AT)).rejects.toMatchObject({
    ...{ code: 'reservation_closed', status: 409, extensions: { reservation_status: 'refunded' } },
  })

  const desk = await room.product(1)
  const late = randomUUID()
  await shop.order({ [desk]: 1 }, late)
  await releaseReservation(room.database, late, LOW_AT)
  await shop.order({ [desk]: 1 })
  await expect(consumeReservation(room.database, late, LOW_AT)).rejects.toMatchObject({
    code: 'out_of_stock',
    extensions: { shortages: [{ product_id: desk, requested: 1, available: 0 }] },
  })

  const unknown = randomUUID()
  await expect(consumeReservation(room.database, unknown, LOW_AT)).rejects.toMatchObject({
    status: 404,
  })
  const released = { order_id: unknown, status: 'released' }
  expect(await releaseReservation(room.database, unknown, LOW_AT)).toEqual(released)
  await expect(consumeReservation(room.database, unknown, LOW_AT)).rejects.toMatchObject({
    status: 404,
  })
})
