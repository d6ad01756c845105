import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RefundResponse } from './schemas.ts'
import { reconcile } from './reconcile.ts'
import { GatewayUnanswered } from './gateway.ts'
import { refundPayment } from './refund-payment.ts'
import {
  booked,
  eventsOf,
  eventTypes,
  find,
  held,
  letTimePass,
  newPayment,
  ok,
  openShop,
  refund,
  type Shop,
} from './testing.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.close())

const isHeld = async (id: string) => [await booked(shop, id), await held(shop, id)]

test('all that was paid goes back: refunded, booked, told', async () => {
  const payment = await newPayment(shop)
  const { body } = ok(201, await refund(shop, payment.id))
  expect(RefundResponse.strict().parse(body)).toMatchObject({
    ...{ payment_id: payment.id, amount: 859, currency: 'USD' },
    ...{ status: 'completed', failure_reason: null },
  })
  expect(await find(shop, payment.id)).toMatchObject({ status: 'refunded', refunded_amount: 859 })
  expect(await isHeld(payment.id)).toEqual([0, 0])
  expect((await eventsOf(shop, payment.id)).at(-1)).toEqual({
    type: 'payment.refunded',
    data: {
      ...{ payment_id: payment.id, order_id: payment.order_id, user_id: shop.buyerId },
      ...{ amount_cents: 85_900, currency: 'USD', refund_id: body.id, refunded_cents: 85_900 },
    },
  })
})

test('parts add up to the whole, and each says how much has gone back so far', async () => {
  const payment = await newPayment(shop)
  ok(201, await refund(shop, payment.id, { amount: 100.5 }))
  expect(await find(shop, payment.id)).toMatchObject({
    status: 'completed',
    refunded_amount: 100.5,
  })
  expect(await isHeld(payment.id)).toEqual([75_850, 75_850])
  ok(201, await refund(shop, payment.id))
  expect(await find(shop, payment.id)).toMatchObject({ status: 'refunded', refunded_amount: 859 })
  expect((await eventsOf(shop, payment.id)).slice(1).map(({ data }) => data)).toMatchObject([
    { amount_cents: 10_050, refunded_cents: 10_050 },
    { amount_cents: 75_850, refunded_cents: 85_900 },
  ])
})

test('never more than was paid goes back', async () => {
  const payment = await newPayment(shop)
  ok(201, await refund(shop, payment.id, { amount: 800 }))
  expect(await refund(shop, payment.id, { amount: 59.01 })).toMatchObject({
    status: 409,
    body: { code: 'refund_exceeds_payment', refundable_amount: 59 },
  })
  expect(await isHeld(payment.id)).toEqual([5_900, 5_900])
})

test('refunds at the same time together never exceed the payment', async () => {
  const payment = await newPayment(shop)
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => refund(shop, payment.id, { amount: 200 })),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(4)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(8)
  expect(await isHeld(payment.id)).toEqual([5_900, 5_900])
})

test('the same key refunds once, twins included', async () => {
  const payment = await newPayment(shop)
  const key = randomUUID()
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => refund(shop, payment.id, { amount: 10 }, key)),
  )
  answers.push(await refund(shop, payment.id, { amount: 10 }, key))
  expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(
    1,
  )
  expect(await isHeld(payment.id)).toEqual([84_900, 84_900])
  expect(await refund(shop, payment.id, { amount: 11 }, key)).toMatchObject({ status: 422 })
})

test('one key for two payments refunds both', async () => {
  const key = randomUUID()
  for (const payment of [await newPayment(shop), await newPayment(shop)])
    expect(await refund(shop, payment.id, {}, key)).toMatchObject({
      status: 201,
      body: { payment_id: payment.id },
    })
})

test.each([
  ['tok_declined', 'failed'],
  ['tok_late', 'pending'],
])('a payment that is not completed (%s) can not be refunded', async (token, status) => {
  const payment = await newPayment(shop, token)
  expect(payment.status).toBe(status)
  expect(await refund(shop, payment.id)).toMatchObject({
    status: 409,
    body: { code: 'payment_not_completed' },
  })
})

test('a refund that gets no answer stays pending with its sum taken, and is done later, once', async () => {
  const payment = await newPayment(shop)
  const deps = {
    ...shop.deps,
    gateway: {
      ...shop.sandbox,
      refund: async (request: Parameters<typeof shop.sandbox.refund>[0]) => {
        await shop.sandbox.refund(request)
        throw new GatewayUnanswered('the line was cut')
      },
    },
  }
  const admin = { id: randomUUID(), role: 'admin' as const }
  const once = {
    id: randomUUID(),
    columns: [],
    claim: () => Promise.resolve(),
    remember: () => Promise.reject(new Error('remembered without outcome')),
  }
  const begun = await refundPayment(deps, admin, payment.id, { amount: 59 }, once)
  expect(begun.status).toBe('pending')
  expect(await find(shop, payment.id)).toMatchObject({ status: 'completed', refunded_amount: 59 })
  expect(await booked(shop, payment.id)).toBe(85_900)
  expect((await refund(shop, payment.id, { amount: 801 })).status).toBe(409)
  await letTimePass(shop)
  await reconcile(shop.deps, 1)
  expect(await isHeld(payment.id)).toEqual([80_000, 80_000])
  expect(await eventTypes(shop, payment.id)).toEqual(['payment.completed', 'payment.refunded'])
})

test('a refund that the gateway refuses is failed, and its sum is there again', async () => {
  const payment = await newPayment(shop)
  await shop.database.query(
    `insert into payments.sandbox_refunds select gen_random_uuid(), 'outside' || key, key, 85000
     from payments.sandbox_charges where key = $1`,
    [payment.id],
  )
  expect(await refund(shop, payment.id, { amount: 100 })).toMatchObject({
    status: 201,
    body: { status: 'failed', failure_reason: 'amount_too_large' },
  })
  expect(await find(shop, payment.id)).toMatchObject({ refunded_amount: 0, status: 'completed' })
  expect(await booked(shop, payment.id)).toBe(85_900)
})

test('only an admin refunds, with a key, a payment that is there', async () => {
  const payment = await newPayment(shop)
  const call = (token: string, headers: Record<string, string>, id = payment.id) =>
    shop.payments.call(`/payments/${id}/refund`, { json: {}, token, headers })
  const key = { 'idempotency-key': randomUUID() }
  expect((await call(shop.buyer, key)).status).toBe(403)
  expect((await call(shop.admin, {})).status).toBe(400)
  expect((await call(shop.admin, key, randomUUID())).status).toBe(404)
})

test.each([0, -1, 1.001, '5'])('an amount of %s is refused', async amount => {
  const payment = await newPayment(shop)
  expect((await refund(shop, payment.id, { amount })).status).toBe(422)
})
