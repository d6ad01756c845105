import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  booked,
  eventsOf,
  eventTypes,
  find,
  held,
  newCard,
  newOrder,
  newPayment,
  ok,
  openShop,
  post,
  type Shop,
} from './testing.ts'
import { PaymentResponse } from './schemas.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.close())

test('a good card pays the order: one charge, one entry, one event', async () => {
  const given = await newOrder(shop)
  const { body } = ok(201, await post(shop, given))
  expect(PaymentResponse.strict().parse(body)).toMatchObject({
    ...given,
    ...{ status: 'completed', failure_reason: null, action_url: null, refunded_amount: 0 },
  })
  expect(body.processed_at >= body.created_at).toBe(true)
  expect(await find(shop, body.id)).toEqual(body)
  expect([await booked(shop, body.id), await held(shop, body.id)]).toEqual([85_900, 85_900])
  expect(await eventsOf(shop, body.id)).toEqual([
    {
      type: 'payment.completed',
      data: {
        ...{ payment_id: body.id, order_id: given.order_id, user_id: shop.buyerId },
        ...{ amount_cents: 85_900, currency: 'USD' },
      },
    },
  ])
})

test.each([
  ['tok_declined', 'card_declined'],
  ['tok_insufficient_funds', 'insufficient_funds'],
])(
  'a card that is refused (%s) fails the payment, and the order may be paid by another',
  async (token, reason) => {
    const given = await newOrder(shop, token)
    const { body } = ok(201, await post(shop, given))
    expect(body).toMatchObject({ status: 'failed', failure_reason: reason })
    expect(await eventsOf(shop, body.id)).toMatchObject([
      { type: 'payment.failed', data: { reason } },
    ])
    expect(await booked(shop, body.id)).toBe(0)
    const again = await post(shop, { ...given, payment_method_id: await newCard(shop) })
    expect(again).toMatchObject({ status: 201, body: { status: 'completed' } })
  },
)

test('a card that needs action waits for the buyer, whose answer decides', async () => {
  for (const [approve, status] of [
    [true, 'completed'],
    [false, 'failed'],
  ] as const) {
    const payment = await newPayment(shop, 'tok_needs_action')
    expect(payment).toMatchObject({ status: 'pending', processed_at: null })
    const path = new URL(payment.action_url ?? '').pathname
    const act = (token: string) => shop.payments.call(path, { json: { approve }, token })
    expect((await act(await shop.issuer.token('buyer'))).status).toBe(404)
    expect(await act(shop.buyer)).toMatchObject({ status: 200, body: { status } })
    expect((await act(shop.buyer)).status).toBe(404)
    expect(await eventTypes(shop, payment.id)).toEqual([`payment.${status}`])
  }
})

test('an order that costs nothing is paid without a charge', async () => {
  const order = shop.orders.place(shop.buyerId, { total_cents: 0 })
  const given = {
    ...{ order_id: order.order_id, amount: 0, currency: 'USD' },
    payment_method_id: await newCard(shop, 'tok_declined'),
  }
  const { body } = ok(201, await post(shop, given))
  expect(body).toMatchObject({ status: 'completed', amount: 0 })
  expect(await booked(shop, body.id)).toBe(0)
  expect(await eventTypes(shop, body.id)).toEqual(['payment.completed'])
})

test.each([
  ['amount', { amount: 858.99 }],
  ['currency', { currency: 'EUR' }],
])('another %s than the order has is refused, with the right one', async (_, change) => {
  const answer = await post(shop, { ...(await newOrder(shop)), ...change })
  expect(answer).toMatchObject({
    status: 409,
    body: { code: 'amount_differs', amount: 859, currency: 'USD' },
  })
})

test('the currency may be written in small letters', async () => {
  const answer = await post(shop, { ...(await newOrder(shop)), currency: 'usd' })
  expect(answer).toMatchObject({ status: 201, body: { currency: 'USD' } })
})

test.each([
  ['cancelled', 'order_cancelled'],
  ['paid', 'order_already_paid'],
  ['shipped', 'order_already_paid'],
  ['delivered', 'order_already_paid'],
  ['refunded', 'order_already_paid'],
] as const)('an order that is %s can not be paid', async (status, code) => {
  const given = await newOrder(shop)
  shop.orders.orders.get(given.order_id)!.status = status
  expect(await post(shop, given)).toMatchObject({ status: 409, body: { code } })
})

test('an order whose time is over can not be paid', async () => {
  const given = await newOrder(shop)
  shop.orders.orders.get(given.order_id)!.expires_at = new Date(Date.now() - 1000).toISOString()
  expect(await post(shop, given)).toMatchObject({ status: 409, body: { code: 'order_expired' } })
})

test("another's order, card or payment is not there, for an admin's payments too", async () => {
  const given = await newOrder(shop)
  for (const token of [await shop.issuer.token('buyer'), shop.admin])
    expect(await post(shop, given, { token })).toMatchObject({
      status: 404,
      body: { code: 'order_not_found' },
    })
  const stranger = randomUUID()
  const token = await shop.issuer.token('buyer', stranger)
  const { order_id } = shop.orders.place(stranger)
  expect(await post(shop, { ...given, order_id }, { token })).toMatchObject({
    status: 404,
    body: { code: 'payment_method_not_found' },
  })
  const { body } = ok(201, await post(shop, given))
  const path = `/payments/${body.id}`
  expect((await shop.payments.call(path, { token })).status).toBe(404)
  expect((await shop.payments.call(path, { token: shop.buyer })).status).toBe(200)
})

test('a card of a gateway that is not in use any more is refused', async () => {
  const given = await newOrder(shop)
  await shop.database.query(`update payments.payment_methods set gateway = 'old' where id = $1`, [
    given.payment_method_id,
  ])
  expect(await post(shop, given)).toMatchObject({
    status: 409,
    body: { code: 'payment_method_unusable' },
  })
})

test('while orders is down nothing is paid, and the buyer is told to come again', async () => {
  const given = await newOrder(shop)
  shop.orders.setDown(true)
  const answer = await post(shop, given).finally(() => shop.orders.setDown(false))
  expect(answer.status).toBe(503)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
})

test.each([
  ['order_id', { order_id: 'x' }],
  ['amount', { amount: '859' }],
  ['amount', { amount: -1 }],
  ['amount', { amount: 1.005 }],
  ['currency', { currency: 'dollar' }],
  ['payment_method_id', { payment_method_id: undefined }],
])('a wrong %s is named', async (field, change) => {
  const { status, body } = await post(shop, { ...(await newOrder(shop)), ...change })
  expect([status, body.errors]).toMatchObject([422, [{ location: 'body', field }]])
})

test('without an Idempotency-Key nothing is paid', async () => {
  expect(await post(shop, await newOrder(shop), { key: null })).toMatchObject({
    status: 400,
    body: { code: 'idempotency_key_required' },
  })
})
