import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer } from '../shared/testing/test-service.ts'
import {
  cancel,
  deliver,
  endTime,
  eventsOf,
  find,
  newOrder,
  newProduct,
  openShop,
  pay,
  paymentOf,
  redeliver,
  setStatus,
  type Shop,
  stepsOf,
  typesOf,
} from './testing.ts'
import { expireOrders } from './expire-orders.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

const lastEvent = async (id: string) => (await eventsOf(shop, id)).at(-1)
const statusOf = async (id: string) => (await find(shop, id, shop.admin)).body.status

/** All of the order's payment goes back, unless another sum is said. */
const refundOf = (order: Answer['body'], paymentId: string, cents?: number) => {
  const payment = paymentOf(order, paymentId)
  const amount_cents = cents ?? payment.amount_cents
  const data = { ...payment, amount_cents, refund_id: randomUUID(), refunded_cents: amount_cents }
  return deliver(shop, 'payment.refunded', paymentId, data)
}

test('a payment makes the order paid once, however often it is told', async () => {
  const { product_id, name } = newProduct(shop, { price_cents: 100 })
  const order = await newOrder(shop, [{ product_id, quantity: 2 }])
  const payment = paymentOf(order)
  const event = await deliver(shop, 'payment.completed', payment.payment_id, payment)
  await redeliver(shop, event)
  await deliver(shop, 'payment.completed', payment.payment_id, payment)
  expect(await stepsOf(shop, order.id)).toEqual(['placed pending', 'paid paid'])
  expect((await find(shop, order.id)).body.history[1]).toMatchObject({
    ...{ cause: 'payments', event_id: event.id, payment_id: payment.payment_id, actor_id: null },
  })
  expect(await typesOf(shop, order.id)).toEqual(['order.placed', 'order.paid'])
  expect((await lastEvent(order.id))?.data).toEqual({
    ...{ order_id: order.id, user_id: shop.buyerId, payment_id: payment.payment_id },
    items: [{ product_id, product_name: name, quantity: 2, unit_price_cents: 100 }],
    ...{ total_cents: 200, currency: 'USD' },
  })
})

test('an order whose time is over, but that nobody cancelled yet, is paid', async () => {
  const order = await newOrder(shop)
  await endTime(shop, order.id)
  await pay(shop, order)
  expect(await expireOrders(shop.own, 0)).toBe(0)
  expect(await statusOf(order.id)).toBe('paid')
})

test('a payment that failed is noted, and the order can still be paid', async () => {
  const order = await newOrder(shop)
  const payment = paymentOf(order)
  const failed = { ...payment, reason: 'card_declined' }
  await deliver(shop, 'payment.failed', payment.payment_id, failed)
  expect((await find(shop, order.id)).body.history.at(-1)).toMatchObject({
    ...{ step: 'payment_failed', status: 'pending', reason: 'card_declined', cause: 'payments' },
  })
  await pay(shop, order)
  expect(await typesOf(shop, order.id)).toEqual(['order.placed', 'order.paid'])
})

test.each(['requested', 'expired'])(
  'the payment of an order that was cancelled (%s) is given back',
  async reason => {
    const order = await newOrder(shop)
    if (reason === 'requested') await cancel(shop, order.id)
    else {
      await endTime(shop, order.id)
      await expireOrders(shop.own, 0)
    }
    const paymentId = await pay(shop, order)
    expect(await typesOf(shop, order.id)).toEqual([
      'order.placed',
      'order.cancelled',
      'order.cancelled',
    ])
    expect(await lastEvent(order.id)).toMatchObject({ data: { reason, payment_id: paymentId } })
    await refundOf(order, paymentId)
    expect(await stepsOf(shop, order.id)).toEqual([
      'placed pending',
      'cancelled cancelled',
      'payment_returned cancelled',
      'payment_refunded cancelled',
    ])
  },
)

test.each(['paid', 'shipped'])(
  'a second payment of an order that is %s is given back, and the order stays',
  async status => {
    const order = await newOrder(shop)
    await pay(shop, order)
    if (status === 'shipped') await setStatus(shop, order.id, 'shipped')
    const second = await pay(shop, order)
    expect(await lastEvent(order.id)).toMatchObject({
      type: 'order.cancelled',
      data: { reason: 'paid_twice', payment_id: second },
    })
    await refundOf(order, second)
    expect(await statusOf(order.id)).toBe(status)
  },
)

test('a payment of another sum or currency pays nothing and becomes a dead letter', async () => {
  const order = await newOrder(shop)
  const payment = paymentOf(order)
  for (const wrong of [{ amount_cents: 1 }, { currency: 'EUR' }])
    await expect(
      deliver(shop, 'payment.completed', payment.payment_id, { ...payment, ...wrong }),
    ).rejects.toThrow(/cents (USD|EUR), order .* over/)
  expect(await statusOf(order.id)).toBe('pending')
})

test('a refund of all makes a paid order refunded', async () => {
  const order = await newOrder(shop)
  const paymentId = await pay(shop, order)
  await refundOf(order, paymentId)
  expect(await statusOf(order.id)).toBe('refunded')
  expect(await lastEvent(order.id)).toMatchObject({
    type: 'order.refunded',
    data: { order_id: order.id, user_id: shop.buyerId, amount_cents: 42_950, currency: 'USD' },
  })
})

test('refunds of parts are noted until they are all of it', async () => {
  const order = await newOrder(shop)
  const paymentId = await pay(shop, order)
  await refundOf(order, paymentId, 10_000)
  expect((await find(shop, order.id)).body.history.at(-1)).toMatchObject({
    ...{ step: 'partly_refunded', status: 'paid', reason: '100 USD' },
  })
  await deliver(shop, 'payment.refunded', paymentId, {
    ...paymentOf(order, paymentId),
    ...{ refund_id: randomUUID(), amount_cents: 32_950, refunded_cents: 42_950 },
  })
  expect(await statusOf(order.id)).toBe('refunded')
})

test('a refund after shipping leaves the order shipped, and its history says it', async () => {
  const order = await newOrder(shop)
  const paymentId = await pay(shop, order)
  await setStatus(shop, order.id, 'shipped')
  await refundOf(order, paymentId)
  expect((await stepsOf(shop, order.id)).slice(-1)).toEqual(['payment_refunded shipped'])
})

test('a refund that overtakes its payment leaves the order unpaid', async () => {
  const order = await newOrder(shop)
  const paymentId = randomUUID()
  await refundOf(order, paymentId)
  await pay(shop, order, paymentId)
  expect(await stepsOf(shop, order.id)).toEqual(['placed pending', 'payment_refunded pending'])
  await pay(shop, order)
  expect(await statusOf(order.id)).toBe('paid')
})

test('an order whose stock was sold before it was paid is not shipped, and the money goes back', async () => {
  const order = await newOrder(shop)
  const paymentId = await pay(shop, order)
  const [{ product_id }] = order.items
  const shortages = [{ product_id, requested: 1, available: 0 }]
  const lost = { order_id: order.id as string, shortages }
  await deliver(shop, 'reservation.lost', order.id, lost)
  await deliver(shop, 'reservation.lost', order.id, lost).catch(() => {})
  expect(await lastEvent(order.id)).toMatchObject({
    type: 'order.cancelled',
    data: { reason: 'out_of_stock', payment_id: paymentId },
  })
  const shipped = await setStatus(shop, order.id, 'shipped')
  expect([shipped.status, shipped.body.code]).toEqual([409, 'stock_lost'])
  expect(await statusOf(order.id)).toBe('paid')
  await refundOf(order, paymentId)
  expect(await statusOf(order.id)).toBe('refunded')
  expect(await typesOf(shop, order.id)).toEqual([
    ...['order.placed', 'order.paid', 'order.cancelled', 'order.refunded'],
  ])
  expect((await find(shop, order.id)).body.history[2]).toMatchObject({
    ...{ step: 'stock_lost', cause: 'inventory', reason: `0 left of ${product_id}` },
  })
})

test('stock that is lost after the order was refunded or shipped is noted alone', async () => {
  for (const end of ['refunded', 'shipped']) {
    const order = await newOrder(shop)
    const paymentId = await pay(shop, order)
    if (end === 'refunded') await refundOf(order, paymentId)
    else await setStatus(shop, order.id, 'shipped')
    const before = await typesOf(shop, order.id)
    await deliver(shop, 'reservation.lost', order.id, { order_id: order.id, shortages: [] })
    expect(await typesOf(shop, order.id)).toEqual(before)
    expect((await stepsOf(shop, order.id)).at(-1)).toBe(`stock_lost ${end}`)
  }
})
