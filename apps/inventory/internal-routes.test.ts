import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  ReservationAnswer,
  type ReservationRequest,
  SettledAnswer,
  Shortages,
} from './internal-schemas.ts'
import { openWarehouse, SERVICE_TOKEN, stockOf, type Warehouse } from './testing.ts'

let shop: Warehouse

beforeAll(async () => {
  shop = await openWarehouse()
})
afterAll(() => shop?.close())

const UNKNOWN = '00000000-0000-4000-8000-000000000000'

const internal = (path: string, json?: unknown, token: string = SERVICE_TOKEN) =>
  shop.inventory.call(`/internal/reservations/${path}`, {
    ...{ method: json === undefined ? 'POST' : 'PUT', token },
    ...(json !== undefined && { json }),
  })

test('a service reserves, releases and consumes; the answers are what their types say', async () => {
  const [desk, lamp] = [await shop.product(10), await shop.product(2)]
  const order = randomUUID()
  const request: ReservationRequest = {
    items: [
      { product_id: desk.toUpperCase(), quantity: 2 },
      { product_id: lamp, quantity: 1 },
    ],
    expires_at: '2031-01-01T00:00:00.000Z',
  }
  for (const _ of ['first', 'again']) {
    const { status, body } = await internal(order, request)
    expect(status).toBe(200)
    expect(ReservationAnswer.strict().parse(body)).toMatchObject({
      ...{ order_id: order, status: 'held', expires_at: request.expires_at },
    })
  }
  expect((await stockOf(shop, desk)).body).toMatchObject({ reserved: 2, available: 8 })

  const short = await internal(randomUUID(), { items: [{ product_id: lamp, quantity: 2 }] })
  expect([short.status, short.body.code]).toEqual([409, 'out_of_stock'])
  expect(Shortages.parse(short.body.shortages)).toEqual([
    { product_id: lamp, requested: 2, available: 1 },
  ])
  expect(short.body.detail).toContain(`${lamp}: 2 requested, 1 available`)

  const other = await internal(order, { items: [{ product_id: lamp, quantity: 2 }] })
  expect([other.status, other.body.code]).toEqual([409, 'reservation_differs'])

  const consumed = await internal(`${order}/consume`)
  expect(SettledAnswer.strict().parse(consumed.body)).toEqual({
    ...{ order_id: order, status: 'consumed' },
  })
  const released = randomUUID()
  await internal(released, { items: [{ product_id: desk, quantity: 8 }] })
  expect((await internal(`${released}/release`)).body.status).toBe('released')
  const closed = await internal(released, { items: [{ product_id: desk, quantity: 8 }] })
  expect([closed.status, closed.body.code, closed.body.status]).toEqual([
    ...[409, 'reservation_closed', 409],
  ])
  expect(closed.body.reservation_status).toBe('released')
  expect((await internal(`${UNKNOWN}/consume`)).status).toBe(404)
})

const items = (...quantities: unknown[]) =>
  quantities.map(quantity => ({ product_id: randomUUID(), quantity }))

test.each([
  ['no items', { items: [] }],
  ['101 items', { items: items(...Array.from({ length: 101 }, () => 1)) }],
  ['a quantity of 0', { items: items(0) }],
  ['a fraction', { items: items(1.5) }],
  ['a time without its zone', { items: items(1), expires_at: '2031-01-01T00:00:00' }],
  [
    'a product twice',
    {
      items: [
        { product_id: UNKNOWN, quantity: 1 },
        { product_id: UNKNOWN, quantity: 2 },
      ],
    },
  ],
])('a reservation of %s is refused', async (_, json) => {
  expect((await internal(randomUUID(), json)).status).toBe(422)
})

test('nobody but a service may reserve, whatever a user is', async () => {
  for (const token of [shop.admin, shop.buyer, 'guessed', ''])
    for (const answer of [
      await internal(UNKNOWN, { items: items(1) }, token),
      await internal(`${UNKNOWN}/release`, undefined, token),
      await internal(`${UNKNOWN}/consume`, undefined, token),
    ])
      expect(answer.status).toBe(401)
})
