import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { sweep } from './sweep.ts'
import {
  booked,
  eventsOf,
  eventTypes,
  find,
  held,
  letTimePass,
  newCard,
  newOrder,
  newPayment,
  ok,
  openShop,
  post,
  refund,
  type Shop,
} from './testing.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.close())
beforeEach(() =>
  shop.database.query(
    'truncate payments.sweeps, payments.sandbox_charges, payments.payments cascade',
  ),
)

const isHeld = async (id: string) => [await booked(shop, id), await held(shop, id)]

test('where gateway and table say the same nothing is done', async () => {
  const payments = [
    await newPayment(shop),
    await newPayment(shop, 'tok_declined'),
    await newPayment(shop, 'tok_late'),
    await newPayment(shop, 'tok_needs_action'),
  ]
  ok(201, await refund(shop, payments[0]!.id, { amount: 10 }))
  const before = await Promise.all(payments.map(({ id }) => find(shop, id)))
  expect(await sweep(shop.deps, 60)).toBe(0)
  expect(await Promise.all(payments.map(({ id }) => find(shop, id)))).toEqual(before)
  expect(shop.logs.filter(line => line.includes('"error"'))).toEqual([])
})

test('charged at the gateway and pending here: completed', async () => {
  const { id } = await newPayment(shop, 'tok_unanswered')
  expect(await sweep(shop.deps, 60)).toBe(1)
  expect(await find(shop, id)).toMatchObject({ status: 'completed' })
  expect(await isHeld(id)).toEqual([85_900, 85_900])
  expect(await eventTypes(shop, id)).toEqual(['payment.completed'])
})

test('charged at the gateway and failed here: given back, also when the order is paid by another', async () => {
  const { id, order_id } = await newPayment(shop, 'tok_declined')
  const given = { order_id, amount: 859, currency: 'USD', payment_method_id: await newCard(shop) }
  const second = ok(201, await post(shop, given)).body
  await shop.database.query(
    `update payments.sandbox_charges set status = 'succeeded' where key = $1`,
    [id],
  )
  expect(await sweep(shop.deps, 60)).toBe(1)
  expect(await find(shop, id)).toMatchObject({ status: 'failed', refunded_amount: 859 })
  expect(await isHeld(id)).toEqual([0, 0])
  expect(await isHeld(second.id)).toEqual([85_900, 85_900])
  await letTimePass(shop)
  expect(await sweep(shop.deps, 60)).toBe(0)
})

test.each([
  [
    'failed there',
    `update payments.sandbox_charges set status = 'failed', reason = 'disputed'`,
    'disputed',
  ],
  ['unknown there', 'delete from payments.sandbox_charges', 'not_at_gateway'],
])('completed here and %s: undone, booked back and told', async (_, sql, reason) => {
  const { id } = await newPayment(shop)
  await shop.database.query(sql)
  expect(await sweep(shop.deps, 60)).toBe(1)
  expect(await find(shop, id)).toMatchObject({ status: 'failed', failure_reason: reason })
  expect(await isHeld(id)).toEqual([0, 0])
  expect(await eventsOf(shop, id)).toMatchObject([
    { type: 'payment.completed' },
    { type: 'payment.failed', data: { reason } },
  ])
})

test('refunded at the gateway by somebody else: booked and told', async () => {
  const { id } = await newPayment(shop)
  ok(201, await refund(shop, id, { amount: 59 }))
  await shop.sandbox.refund({
    ...{ key: randomUUID(), charge: { id: 'unused', key: id }, currency: 'USD' },
    amountCents: 80_000,
  })
  expect(await sweep(shop.deps, 60)).toBe(1)
  expect(await find(shop, id)).toMatchObject({ status: 'refunded', refunded_amount: 859 })
  expect(await isHeld(id)).toEqual([0, 0])
  expect((await eventsOf(shop, id)).at(-1)).toMatchObject({
    type: 'payment.refunded',
    data: { amount_cents: 80_000, refunded_cents: 85_900 },
  })
})

/** As after a restore of an older copy of our database. */
async function loseRow(id: string): Promise<void> {
  await shop.database.query('delete from payments.ledger where payment_id = $1', [id])
  await shop.database.query('delete from payments.payments where id = $1', [id])
  await shop.database.query('truncate payments.outbox')
}

test('a charge without row gets its row again, and the order hears of it', async () => {
  const payment = await newPayment(shop)
  await loseRow(payment.id)
  expect(await sweep(shop.deps, 60)).toBe(1)
  expect(await find(shop, payment.id)).toMatchObject({
    ...{ status: 'completed', amount: 859, order_id: payment.order_id },
    payment_method_id: payment.payment_method_id,
  })
  expect(await isHeld(payment.id)).toEqual([85_900, 85_900])
  expect(await eventTypes(shop, payment.id)).toEqual(['payment.completed'])
})

test.each(['whose order nobody knows', 'whose order has another payment'])(
  'a charge without row %s is given back',
  async kind => {
    const given = await newOrder(shop)
    const { id } = ok(201, await post(shop, given)).body
    await loseRow(id)
    if (kind.endsWith('knows')) shop.orders.orders.delete(given.order_id)
    else ok(201, await post(shop, given))
    expect(await sweep(shop.deps, 60)).toBe(1)
    expect(await find(shop, id)).toMatchObject({ status: 'failed', refunded_amount: 859 })
    expect(await isHeld(id)).toEqual([0, 0])
  },
)

test('a charge that somebody else made with the same gateway is left alone', async () => {
  const gateway = {
    ...shop.sandbox,
    list: () =>
      Promise.resolve({
        charges: [
          {
            ...{ id: 'ch_other', key: '', status: 'succeeded' as const, reason: null },
            ...{ actionUrl: null, amountCents: 1, currency: 'USD', refundedCents: 0 },
            about: undefined,
          },
        ],
        next: undefined,
      }),
  }
  expect(await sweep({ ...shop.deps, gateway }, 60)).toBe(0)
})

test('a difference that can not be repaired is logged, and the others are repaired', async () => {
  const [odd, fine] = [
    await newPayment(shop, 'tok_unanswered'),
    await newPayment(shop, 'tok_unanswered'),
  ]
  await shop.database.query('update payments.sandbox_charges set amount_cents = 1 where key = $1', [
    odd.id,
  ])
  expect(await sweep(shop.deps, 60)).toBe(1)
  expect(await find(shop, odd.id)).toMatchObject({ status: 'pending' })
  expect(await find(shop, fine.id)).toMatchObject({ status: 'completed' })
  expect(shop.logs.join()).toContain('a difference could not be repaired')
})

test('one instance sweeps at a time, and not before it is due again', async () => {
  const turns = await Promise.all(Array.from({ length: 5 }, () => sweep(shop.deps, 60)))
  expect(turns.filter(found => found !== undefined)).toHaveLength(1)
  expect(await sweep(shop.deps, 60)).toBeUndefined()
  await letTimePass(shop)
  expect(await sweep(shop.deps, 60)).toBe(0)
})

test('a sweep that fails leaves its time for the next one', async () => {
  const { id } = await newPayment(shop, 'tok_unanswered')
  const gateway = { ...shop.sandbox, list: () => Promise.reject(new Error('down')) }
  await expect(sweep({ ...shop.deps, gateway }, 60)).rejects.toThrow('down')
  await letTimePass(shop)
  expect(await sweep(shop.deps, 60)).toBe(1)
  expect(await find(shop, id)).toMatchObject({ status: 'completed' })
})
