import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GatewayUnanswered } from './gateway.ts'
import { reconcile } from './reconcile.ts'
import {
  booked,
  eventTypes,
  find,
  held,
  letTimePass,
  newOrder,
  newPayment,
  ok,
  openShop,
  orderCancelled,
  post,
  refund,
  type Shop,
} from './testing.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.close())

const isHeld = async (id: string) => [await booked(shop, id), await held(shop, id)]

test('an order that gives its payment back has it refunded, once, however often it is told', async () => {
  const { id, order_id } = await newPayment(shop)
  const event = randomUUID()
  await orderCancelled(shop, { order_id, payment_id: id }, event)
  await orderCancelled(shop, { order_id, payment_id: id }, event)
  await orderCancelled(shop, { order_id, payment_id: id })
  expect(await find(shop, id)).toMatchObject({ status: 'refunded', refunded_amount: 859 })
  expect(await isHeld(id)).toEqual([0, 0])
  expect(await eventTypes(shop, id)).toEqual(['payment.completed', 'payment.refunded'])
})

test('what is left goes back where a part has gone already', async () => {
  const { id, order_id } = await newPayment(shop)
  ok(201, await refund(shop, id, { amount: 59 }))
  await orderCancelled(shop, { order_id, payment_id: id })
  expect(await find(shop, id)).toMatchObject({ status: 'refunded' })
  expect(await isHeld(id)).toEqual([0, 0])
})

test('a refund that could not be done at once is done later', async () => {
  const { id, order_id } = await newPayment(shop)
  const gateway = { ...shop.sandbox, refund: () => Promise.reject(new GatewayUnanswered('down')) }
  const down = { ...shop, deps: { ...shop.deps, gateway } }
  await orderCancelled(down, { order_id, payment_id: id })
  expect(await find(shop, id)).toMatchObject({ status: 'completed', refunded_amount: 859 })
  await letTimePass(shop)
  await reconcile(shop.deps, 1)
  expect(await find(shop, id)).toMatchObject({ status: 'refunded' })
  expect(await isHeld(id)).toEqual([0, 0])
})

test('a pending payment of a cancelled order is ended at the gateway', async () => {
  const { id, order_id } = await newPayment(shop, 'tok_needs_action')
  await orderCancelled(shop, { order_id, payment_id: null })
  expect(await find(shop, id)).toMatchObject({
    status: 'failed',
    failure_reason: 'order_cancelled',
  })
  expect(await eventTypes(shop, id)).toEqual(['payment.failed'])
  expect(await shop.sandbox.act(id, true)).toBe(false)
  expect(await isHeld(id)).toEqual([0, 0])
})

test('one that was charged after all is completed and given back', async () => {
  const { id, order_id } = await newPayment(shop, 'tok_unanswered')
  await orderCancelled(shop, { order_id, payment_id: null })
  expect(await find(shop, id)).toMatchObject({ status: 'refunded', refunded_amount: 859 })
  expect(await eventTypes(shop, id)).toEqual(['payment.completed', 'payment.refunded'])
  expect(await isHeld(id)).toEqual([0, 0])
})

test('one that is still processed is given back when it has succeeded', async () => {
  const { id, order_id } = await newPayment(shop, 'tok_late')
  await orderCancelled(shop, { order_id, payment_id: null })
  expect(await find(shop, id)).toMatchObject({ status: 'pending' })
  await shop.database.query(
    'update payments.sandbox_charges set settles_at = now() where key = $1',
    [id],
  )
  await letTimePass(shop)
  await reconcile(shop.deps, 1)
  expect(await find(shop, id)).toMatchObject({ status: 'refunded' })
  expect(await isHeld(id)).toEqual([0, 0])
})

test('a request that was on its way while the order was cancelled never charges afterwards', async () => {
  const given = await newOrder(shop, 'tok_lost')
  const key = randomUUID()
  const { body } = ok(201, await post(shop, given, { key }))
  expect(body.status).toBe('pending')
  await orderCancelled(shop, { order_id: given.order_id, payment_id: null })
  expect(await find(shop, body.id)).toMatchObject({ status: 'failed' })
  // The late request arrives, and so does the client's retry.
  await shop.database.query(`update payments.sandbox_cards set behaviour = 'succeeds'`)
  expect(ok(201, await post(shop, given, { key })).body).toMatchObject({ status: 'failed' })
  expect(await isHeld(body.id)).toEqual([0, 0])
})

test('an order without payments, or whose payments are decided, changes nothing', async () => {
  await orderCancelled(shop, { order_id: randomUUID(), payment_id: null })
  const completed = await newPayment(shop)
  const failed = await newPayment(shop, 'tok_declined')
  for (const { order_id } of [completed, failed])
    await orderCancelled(shop, { order_id, payment_id: null })
  await orderCancelled(shop, { order_id: failed.order_id, payment_id: failed.id })
  expect(await find(shop, completed.id)).toEqual(completed)
  expect(await find(shop, failed.id)).toEqual(failed)
})
