import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
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

test('what an order holds is reserved and not available, and stays on hand', async () => {
  const [desk, lamp] = [await room.product(10), await room.product(3)]
  const held = await shop.order({ [desk]: 4, [lamp]: 3 })
  expect(held.status).toBe('held')
  expect(held.items).toEqual(
    [
      { product_id: desk, quantity: 4 },
      { product_id: lamp, quantity: 3 },
    ].toSorted((a, b) => (a.product_id < b.product_id ? -1 : 1)),
  )
  expect(await room.stockOf(desk)).toEqual({ on_hand: 10, reserved: 4, available: 6 })
  expect(await room.stockOf(lamp)).toEqual({ on_hand: 3, reserved: 3, available: 0 })
})

test('the same order again gets the same answer and holds nothing more, in any order of its items', async () => {
  const [desk, lamp] = [await room.product(10), await room.product(10)]
  const id = randomUUID()
  const first = await shop.order({ [desk]: 1, [lamp]: 2 }, id)
  expect(await shop.order({ [lamp]: 2, [desk]: 1 }, id)).toEqual(first)
  expect(await room.stockOf(lamp)).toMatchObject({ reserved: 2 })
})

test('twins of an order that come at once, here and at another instance, hold once, even the last piece', async () => {
  const other = await room.instance()
  for (let round = 0; round < 20; round++) {
    const desk = await room.product(1)
    const id = randomUUID()
    const answers = await Promise.all(
      [shop, other, shop, other, shop, other].map(async each => each.order({ [desk]: 1 }, id)),
    )
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(await room.stockOf(desk)).toMatchObject({ reserved: 1 })
  }
})

test('other items for an order that holds some are refused, whichever come first', async () => {
  const other = await room.instance()
  const [desk, lamp] = [await room.product(10), await room.product(10)]
  const id = randomUUID()
  const results = await Promise.allSettled([
    shop.order({ [desk]: 1 }, id),
    other.order({ [lamp]: 1 }, id),
  ])
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  await expect(shop.order({ [desk]: 2 }, id)).rejects.toMatchObject({
    ...{ code: 'reservation_differs', status: 409 },
  })
  const reserved = [await room.stockOf(desk), await room.stockOf(lamp)].map(row => row?.reserved)
  expect(reserved.toSorted()).toEqual([0, 1])
})

test('when anything is short nothing is held, and each short product is named with what is available', async () => {
  const [desk, lamp, rug] = [await room.product(10), await room.product(1), await room.product(0)]
  const unknown = randomUUID()
  const id = randomUUID()
  const shortages = [
    { product_id: lamp, requested: 2, available: 1 },
    { product_id: rug, requested: 1, available: 0 },
    { product_id: unknown, requested: 3, available: 0 },
  ].toSorted((a, b) => (a.product_id < b.product_id ? -1 : 1))
  await expect(
    shop.order({ [desk]: 1, [lamp]: 2, [rug]: 1, [unknown]: 3 }, id),
  ).rejects.toMatchObject({ code: 'out_of_stock', status: 409, extensions: { shortages } })
  expect(await room.stockOf(desk)).toMatchObject({ reserved: 0 })
  expect(await room.statusOf(id)).toBeUndefined()
  // It may try again with less.
  expect((await shop.order({ [lamp]: 1 }, id)).status).toBe('held')
})

test.each(['released', 'consumed', 'refunded'] as const)(
  'an order that was %s can hold nothing any more, even if it never held anything',
  async status => {
    const desk = await room.product(10)
    const id = randomUUID()
    await shop.order({ [desk]: 1 }, id)
    await shop.end(id, status)
    await expect(shop.order({ [desk]: 1 }, id)).rejects.toMatchObject({
      ...{ code: 'reservation_closed', status: 409, extensions: { reservation_status: status } },
    })
    const late = randomUUID()
    await shop.end(late, status, [{ product_id: desk, quantity: 1 }])
    await expect(shop.order({ [desk]: 1 }, late)).rejects.toMatchObject({
      ...{ code: 'reservation_closed', extensions: { reservation_status: status } },
    })
  },
)

test('it is held until the time that was asked for, and 15 minutes without one', async () => {
  const desk = await room.product(10)
  const items = [{ product_id: desk, quantity: 1 }]
  const given = '2031-02-03T04:05:06.789Z'
  const asked = await shop.reserve({ order_id: randomUUID(), items, expires_at: given })
  expect(asked.expires_at).toBe(given)
  const { order_id } = await shop.reserve({ order_id: randomUUID(), items })
  const [row] = await room.arranged.query<{ minutes: number }>(
    `select extract(epoch from expires_at - created_at)::float8 / 60 as minutes
     from inventory.reservations where order_id = $1`,
    [order_id],
  )
  expect(row?.minutes).toBeCloseTo(15, 3)
})

test('each change is published with its figures, and low stock once, when it becomes low', async () => {
  const desk = await room.product(LOW_AT + 2)
  for (const quantity of [1, 1, 1]) await shop.order({ [desk]: quantity })
  const figures = (await room.eventsOf(desk)).map(({ type, data }) => [type, data])
  const changed = (reserved: number) => [
    'stock.changed',
    { product_id: desk, on_hand: 4, reserved, available: 4 - reserved },
  ]
  expect(figures).toEqual([
    changed(0),
    changed(1),
    changed(2),
    ['stock.low', { product_id: desk, available: LOW_AT, threshold: LOW_AT }],
    changed(3),
  ])
})

test('the ledger and the audit trail are only added to', async () => {
  await room.product(1)
  for (const sql of [
    'update ledger set on_hand_delta = 0',
    'delete from ledger',
    'delete from adjustments',
  ])
    await expect(room.database.rows(sql, [])).rejects.toThrow('is only added to')
})
