import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseEvent } from '../shared/events/events.ts'
import { OrderDetails, OrderResponse } from './schemas.ts'
import {
  bodyOf,
  eventsOf,
  find,
  newOrder,
  newProduct,
  openShop,
  post,
  type Shop,
} from './testing.ts'

const DESK = randomUUID()
let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

const rows = (table: string, column: string, id: string) =>
  shop.database.query(`select * from orders.${table} where ${column} = $1`, [id])

test('an order has the names and prices of its products, and waits a quarter of an hour to be paid', async () => {
  const desk = newProduct(shop, { name: 'Desk', price_cents: 42_950 })
  const lamp = newProduct(shop, { name: 'Lamp "Ö" 🦊', price_cents: 1999 })
  const placed = await post(shop, {
    user_id: shop.buyerId,
    items: [
      { product_id: desk.product_id, quantity: 2, unit_price: 429.5 },
      { product_id: lamp.product_id, quantity: 3 },
    ],
  })
  const order = OrderResponse.strict().parse(bodyOf(201, placed))
  expect(order).toMatchObject({
    user_id: shop.buyerId,
    status: 'pending',
    items: [
      {
        ...{ product_id: desk.product_id, product_name: 'Desk', quantity: 2 },
        ...{ unit_price: 429.5, total_price: 859 },
      },
      {
        ...{ product_id: lamp.product_id, product_name: 'Lamp "Ö" 🦊', quantity: 3 },
        ...{ unit_price: 19.99, total_price: 59.97 },
      },
    ],
    total_amount: 918.97,
    currency: 'USD',
    updated_at: order.created_at,
  })
  expect(Date.parse(order.expires_at) - Date.parse(order.created_at)).toBe(15 * 60_000)
  expect(placed.headers.get('location')).toBe(`/orders/${order.id}`)
})

test('what PostgreSQL writes of a stored order is what was answered, and its history begins', async () => {
  for (const name of [
    `"\\ \b\f\n\r\t/`,
    '</script>',
    'Ä 漢字\u2028',
    `'; drop table orders`,
    '%s',
  ]) {
    const price_cents = name.length === 2 ? 0 : 10
    const { product_id } = newProduct(shop, { name, price_cents })
    const order = await newOrder(shop, [{ product_id, quantity: 1000 }])
    expect(order.items[0]).toMatchObject({ product_name: name, total_price: price_cents * 10 })
    const { history, ...found } = OrderDetails.strict().parse((await find(shop, order.id)).body)
    expect(found).toEqual(order)
    expect(Object.keys(found)).toEqual(Object.keys(OrderResponse.shape))
    expect(history).toEqual([
      {
        ...{ step: 'placed', status: 'pending', at: order.created_at, cause: 'buyer' },
        ...{ actor_id: shop.buyerId, event_id: null, payment_id: null, reason: null },
      },
    ])
  }
})

test('an order, its stock, its event and the answer under its key belong together', async () => {
  const { product_id } = newProduct(shop, { name: 'Desk', price_cents: 100 })
  const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
  const answer = await shop.orders.call('/orders', {
    json: { items: [{ product_id, quantity: 2 }] },
    token: shop.buyer,
    headers: { 'idempotency-key': randomUUID(), traceparent },
  })
  const order = bodyOf(201, answer)
  const reservation = shop.inventory.reservations.get(order.id)
  expect(reservation?.answer.items).toEqual([{ product_id, quantity: 2 }])
  expect(Date.parse(reservation?.answer.expires_at ?? '')).toBeGreaterThan(
    Date.parse(order.expires_at) + 9 * 60_000,
  )
  const [event, ...others] = await eventsOf(shop, order.id)
  expect(others).toEqual([])
  expect(event).toMatchObject({
    ...{ type: 'order.placed', traceparent, sequence: 1 },
    data: {
      ...{ order_id: order.id, user_id: shop.buyerId, total_cents: 200, currency: 'USD' },
      items: [{ product_id, product_name: 'Desk', quantity: 2, unit_price_cents: 100 }],
      expires_at: order.expires_at,
    },
  })
  expect(parseEvent(event)).toMatchObject({ ok: true })
})

test('lines of one product become one', async () => {
  const [desk, lamp] = [newProduct(shop), newProduct(shop)]
  const order = await newOrder(shop, [
    { product_id: desk.product_id, quantity: 1 },
    { product_id: lamp.product_id, quantity: 1 },
    { product_id: desk.product_id.toUpperCase(), quantity: 2 },
  ])
  expect(order.items).toMatchObject([
    { product_id: desk.product_id, quantity: 3 },
    { product_id: lamp.product_id, quantity: 1 },
  ])
})

test('an order may have 100 lines of 1000 pieces of the dearest product', async () => {
  const items = Array.from({ length: 100 }, () => {
    const { product_id } = newProduct(shop, { price_cents: 999_999_999 })
    return { product_id, quantity: 1000 }
  })
  const order = await newOrder(shop, items)
  expect(order.total_amount).toBe(999_999_999_000)
  expect((await find(shop, order.id)).body.items).toEqual(order.items)
})

test.each<[string, object[]]>([
  ['items', []],
  ['items', Array.from({ length: 101 }, () => ({ product_id: randomUUID(), quantity: 1 }))],
  ['items.0.quantity', [{ product_id: randomUUID(), quantity: 0 }]],
  ['items.0.quantity', [{ product_id: randomUUID(), quantity: 1001 }]],
  ['items.0.quantity', [{ product_id: randomUUID(), quantity: 1.5 }]],
  ['items.0.quantity', [{ product_id: randomUUID() }]],
  ['items.0.product_id', [{ product_id: '1', quantity: 1 }]],
  ['items.0.unit_price', [{ product_id: randomUUID(), quantity: 1, unit_price: 1.999 }]],
  ['items', ['', ''].map(() => ({ product_id: DESK, quantity: 501 }))],
])('%s that can not be ordered is refused', async (field, items) => {
  const { status, body } = await post(shop, { items })
  expect(status).toBe(422)
  expect(body.errors).toMatchObject([{ location: 'body', field }])
})

test('a price that is not the present one is refused with the present one, and nothing is held', async () => {
  const desk = newProduct(shop, { name: 'Desk', price_cents: 42_950 })
  const lamp = newProduct(shop, { price_cents: 1999 })
  const before = shop.inventory.calls().length
  const { status, body } = await post(shop, {
    items: [
      { product_id: lamp.product_id, quantity: 1, unit_price: 19.99 },
      { product_id: desk.product_id, quantity: 1, unit_price: 429.5 },
      { product_id: desk.product_id, quantity: 1, unit_price: 400 },
    ],
  })
  expect([status, body.code]).toEqual([409, 'price_changed'])
  expect(body.detail).toContain('"Desk" costs 429.5 USD, not 400')
  expect(body.prices).toEqual([
    {
      ...{ product_id: desk.product_id, unit_price: 400 },
      ...{ current_unit_price: 429.5, currency: 'USD' },
    },
  ])
  expect(shop.inventory.calls()).toHaveLength(before)
})

test('products that do not exist or are not active any more are named', async () => {
  const [fine, gone] = [newProduct(shop), newProduct(shop, { is_active: false })]
  const unknown = randomUUID()
  const { status, body } = await post(shop, {
    items: [fine.product_id, gone.product_id, unknown].map(product_id => ({
      product_id,
      quantity: 1,
    })),
  })
  expect([status, body.code]).toEqual([400, 'product_not_found'])
  expect(body.product_ids).toEqual([gone.product_id, unknown])
  expect(body.detail).toBe(`Product not found: ${gone.product_id}, ${unknown}`)
})

test('too little stock names each short product with what is available, and nothing is held', async () => {
  const [desk, lamp, mug] = [newProduct(shop, { name: 'Desk' }), newProduct(shop), newProduct(shop)]
  shop.inventory.stock.set(desk.product_id, 2).set(lamp.product_id, 9).set(mug.product_id, 0)
  const key = randomUUID()
  const items = [desk, lamp, mug].map(({ product_id }) => ({ product_id, quantity: 3 }))
  const { status, body } = await post(shop, { items }, { key })
  expect([status, body.code]).toEqual([409, 'out_of_stock'])
  expect(body.shortages).toEqual([
    { product_id: desk.product_id, product_name: 'Desk', requested: 3, available: 2 },
    { product_id: mug.product_id, product_name: mug.name, requested: 3, available: 0 },
  ])
  expect(body.detail).toContain('"Desk": 3 wanted, 2 available')
  expect(shop.inventory.stock.get(lamp.product_id)).toBe(9)
  shop.inventory.stock.set(desk.product_id, 3).set(mug.product_id, 3)
  expect((await post(shop, { items }, { key })).status).toBe(201)
})

test('nobody orders for somebody else, not even an admin', async () => {
  const items = [{ product_id: newProduct(shop).product_id, quantity: 1 }]
  for (const token of [shop.buyer, shop.admin]) {
    const { status, body } = await post(shop, { user_id: randomUUID(), items }, { token })
    expect([status, body.code]).toEqual([403, 'forbidden'])
  }
  expect((await post(shop, { user_id: shop.buyerId.toUpperCase(), items })).status).toBe(201)
})

test('prices in another currency than that of the orders are a fault of ours that says what to set', async () => {
  const { product_id } = newProduct(shop, { currency: 'EUR' })
  expect((await post(shop, { items: [{ product_id, quantity: 1 }] })).status).toBe(500)
  expect(JSON.stringify(shop.orders.logs())).toContain('products has prices in EUR, orders in USD')
})

test('the settings say currency and how long an order waits', async () => {
  const service = await shop.another({ currency: 'EUR', reservationMinutes: 1 })
  const { product_id } = newProduct(shop, { currency: 'EUR' })
  const order = await newOrder(shop, [{ product_id, quantity: 1 }], { service })
  expect(order.currency).toBe('EUR')
  expect(Date.parse(order.expires_at) - Date.parse(order.created_at)).toBe(60_000)
  expect(await rows('orders', 'id', order.id)).toMatchObject([{ currency: 'EUR' }])
})
