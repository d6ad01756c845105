import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { whileLocked } from '../shared/testing/while-locked.ts'
import {
  cancel,
  deliver,
  eventsOf,
  find,
  newOrder,
  openShop,
  pay,
  paymentOf,
  setStatus,
  type Shop,
  stepsOf,
  typesOf,
} from './testing.ts'
import { STATUSES, type Status } from './order.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

/** An order in this status, by legal steps. */
async function orderIn(status: Status) {
  const order = await newOrder(shop)
  if (status === 'cancelled') await cancel(shop, order.id)
  if (status === 'pending' || status === 'cancelled') return order
  const payment = paymentOf(order)
  await deliver(shop, 'payment.completed', payment.payment_id, payment)
  if (status === 'refunded')
    await deliver(shop, 'payment.refunded', payment.payment_id, {
      ...payment,
      refund_id: randomUUID(),
      refunded_cents: payment.amount_cents,
    })
  if (status === 'shipped' || status === 'delivered') await setStatus(shop, order.id, 'shipped')
  if (status === 'delivered') await setStatus(shop, order.id, 'delivered')
  return order
}

const LEGAL: Record<Status, readonly Status[]> = {
  pending: ['cancelled'],
  paid: ['shipped'],
  shipped: ['delivered'],
  delivered: [],
  cancelled: [],
  refunded: [],
}

test.each(STATUSES)('from %s an admin takes exactly the legal steps', async from => {
  for (const to of STATUSES) {
    const { id } = await orderIn(from)
    const before = [await stepsOf(shop, id), await typesOf(shop, id)]
    const { status, body } = await setStatus(shop, id, to)
    if (LEGAL[from].includes(to)) {
      expect(body).toEqual({ message: 'Order status updated successfully' })
      expect((await find(shop, id)).body.status).toBe(to)
      expect(await stepsOf(shop, id)).toEqual([...before[0]!, `${to} ${to}`])
      expect(await typesOf(shop, id)).toEqual([...before[1]!, `order.${to}`])
    } else {
      const code = to === 'paid' || to === 'refunded' ? 'status_follows_payment' : 'illegal_step'
      expect([status, body.code, body.order_status]).toEqual([409, code, from])
      expect((await find(shop, id)).body.status).toBe(from)
      expect([await stepsOf(shop, id), await typesOf(shop, id)]).toEqual(before)
    }
  }
})

test('an illegal step names the legal ones, and what to do for those that money makes', async () => {
  const pending = await setStatus(shop, (await orderIn('pending')).id, 'delivered')
  expect(pending.body.allowed).toEqual(['paid', 'cancelled'])
  expect(pending.body.detail).toBe(
    'The order is pending and can not become delivered. It can become paid (an order is paid by POST /payments) or cancelled',
  )
  const paid = await setStatus(shop, (await orderIn('paid')).id, 'refunded')
  expect(paid.body.detail).toContain('POST /payments/{payment_id}/refund')
  const delivered = await setStatus(shop, (await orderIn('delivered')).id, 'shipped')
  expect(delivered.body.allowed).toEqual([])
  expect(delivered.body.detail).toContain('It stays as it is')
})

test('the history says who took each step', async () => {
  const { id } = await orderIn('delivered')
  const [, , shipped, delivered] = (await find(shop, id)).body.history
  for (const step of [shipped, delivered])
    expect(step).toMatchObject({ cause: 'admin', actor_id: shop.adminId, event_id: null })
  expect((await eventsOf(shop, id)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4])
})

test('the status may stand in the query, in the body, or in both', async () => {
  const put = (id: string, query: string, init: object = {}) =>
    shop.orders.call(`/orders/${id}/status${query}`, { method: 'PUT', token: shop.admin, ...init })
  const { id } = await orderIn('paid')
  expect((await put(id, '', { json: { status: 'shipped' } })).status).toBe(200)
  expect((await put(id, '?status=delivered', { json: { status: 'delivered' } })).status).toBe(200)
  const refused = await Promise.all([
    put(id, ''),
    put(id, '?status=lost'),
    put(id, '', { json: {} }),
    put(id, '', { json: { status: 7 } }),
    put(id, '?status=paid', { json: { status: 'shipped' } }),
  ])
  for (const { status, body } of refused) {
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ field: 'status' }])
  }
  const broken = await put(id, '', { body: '{', headers: { 'content-type': 'application/json' } })
  expect([broken.status, broken.body.code]).toEqual([400, 'malformed_body'])
})

test('only an admin sets a status', async () => {
  const { id } = await orderIn('pending')
  const path = `/orders/${id}/status?status=cancelled`
  const put = (token?: string) =>
    shop.orders.call(path, { method: 'PUT', ...(token !== undefined && { token }) })
  expect([(await put()).status, (await put(shop.buyer)).status]).toEqual([401, 403])
})

test('the buyer and an admin may cancel what is not paid; others do not know that it is there', async () => {
  const { id } = await newOrder(shop)
  const stranger = await cancel(shop, id, await shop.issuer.token('buyer'))
  expect([stranger.status, stranger.body.code]).toEqual([404, 'order_not_found'])
  const { status, body } = await cancel(shop, id)
  expect([status, body.status]).toEqual([200, 'cancelled'])
  expect(body.history.at(-1)).toMatchObject({
    ...{ step: 'cancelled', cause: 'buyer', actor_id: shop.buyerId, reason: 'requested' },
  })
  expect((await eventsOf(shop, id)).at(-1)).toMatchObject({
    type: 'order.cancelled',
    data: { order_id: id, user_id: shop.buyerId, reason: 'requested', payment_id: null },
  })
  const again = await cancel(shop, id)
  expect([again.status, again.body.code]).toEqual([409, 'illegal_step'])
  const other = await cancel(shop, (await newOrder(shop)).id, shop.admin)
  expect(other.body.history.at(-1)).toMatchObject({ cause: 'admin', actor_id: shop.adminId })
})

test('what is paid can not be cancelled, and the answer says how it is refunded', async () => {
  const { status, body } = await cancel(shop, (await orderIn('paid')).id)
  expect([status, body.code]).toEqual([409, 'illegal_step'])
  expect(body.detail).toContain('POST /payments/{payment_id}/refund')
})

test('of many who cancel at once one does', async () => {
  const { id } = await newOrder(shop)
  const second = await shop.another()
  const answers = await whileLocked(
    shop.database,
    {
      statements: [['select from orders.orders where id = $1 for update', [id]]],
      waiting: 4,
    },
    () =>
      Promise.all(
        [shop.orders, second, shop.orders, second].map(service =>
          service.call(`/orders/${id}/cancel`, { method: 'POST', token: shop.buyer }),
        ),
      ),
  )
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409])
  expect(await typesOf(shop, id)).toEqual(['order.placed', 'order.cancelled'])
})

test('an order that is not there is 404 for every step', async () => {
  const id = randomUUID()
  const answers = [await find(shop, id), await cancel(shop, id), await setStatus(shop, id, 'paid')]
  for (const { status, body } of answers)
    expect([status, body.detail]).toEqual([404, 'Order not found'])
  await expect(pay(shop, { id, user_id: id, total_amount: 1, currency: 'USD' })).rejects.toThrow(
    'Order not found',
  )
})
