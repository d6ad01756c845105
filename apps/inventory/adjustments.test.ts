import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdjustmentResponse, StockResponse } from './schemas.ts'
import {
  adjust,
  openWarehouse,
  reserve,
  SERVICE_TOKEN,
  stockOf,
  type Warehouse,
} from './testing.ts'

let shop: Warehouse

beforeAll(async () => {
  shop = await openWarehouse()
})
afterAll(() => shop?.close())

const UNKNOWN = '00000000-0000-4000-8000-000000000000'

test("a product's stock is shown in the documented shape, to whoever is logged in", async () => {
  const id = await shop.product(12)
  const { status, body } = await stockOf(shop, id)
  expect(status).toBe(200)
  expect(StockResponse.strict().parse(body)).toEqual({
    ...{ product_id: id, on_hand: 12, reserved: 0, available: 12 },
  })
  expect((await stockOf(shop, id.toUpperCase())).body).toEqual(body)
  expect((await shop.inventory.call(`/inventory/${id}`)).status).toBe(401)
})

test('a product that nobody told of is 404, for reading and for changing', async () => {
  for (const { status, body } of [
    await stockOf(shop, UNKNOWN),
    await adjust(shop, UNKNOWN, { delta: 1, reason: 'found' }),
  ])
    expect([status, body.code]).toEqual([404, 'product_not_found'])
  expect((await stockOf(shop, 'desk')).status).toBe(422)
})

test('an adjustment changes what is on hand, and its trail says who, when and why, the newest first', async () => {
  const id = await shop.product(10)
  const steps = [
    { delta: 5, reason: 'Delivery 4711' },
    { delta: -3, reason: 'Broken' },
  ]
  for (const step of steps) {
    const { status, body } = await adjust(shop, id, step)
    expect(status).toBe(201)
    expect(AdjustmentResponse.strict().parse(body)).toMatchObject({
      ...{ product_id: id, adjusted_by: shop.adminId, ...step },
    })
  }
  expect((await stockOf(shop, id)).body).toMatchObject({ on_hand: 12, available: 12 })
  const path = `/inventory/${id}/adjustments`
  const { body } = await shop.inventory.call(path, { token: shop.admin })
  expect(body).toMatchObject([
    { ...steps[1], on_hand: 12, reserved: 0, available: 12 },
    { ...steps[0], on_hand: 15, reserved: 0, available: 15 },
  ])
  expect(Math.abs(Date.parse(body[0].created_at) - Date.now())).toBeLessThan(60_000)
})

test('the trail is read page by page, by cursor or by skipping', async () => {
  const id = await shop.product(10)
  for (const delta of [1, 2, 3, 4, 5]) await adjust(shop, id, { delta, reason: 'counted' })
  const page = async (path: string) => {
    const { headers, body } = await shop.inventory.call(path, { token: shop.admin })
    const [, next] = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '') ?? []
    return { deltas: body.map(({ delta }: { delta: number }) => delta), next }
  }
  const path = `/inventory/${id}/adjustments`
  const first = await page(`${path}?limit=2`)
  const second = await page(first.next ?? '')
  const third = await page(second.next ?? '')
  expect([first.deltas, second.deltas, third.deltas]).toEqual([[5, 4], [3, 2], [1]])
  expect(third.next).toBeUndefined()
  expect((await page(`${path}?limit=2&skip=3`)).deltas).toEqual([2, 1])
  const wrong = await shop.inventory.call(`${path}?after=x`, { token: shop.admin })
  expect(wrong.status).toBe(422)
})

test('what orders hold can not be taken away: 409 says what is available', async () => {
  const id = await shop.product(10)
  await reserve(shop, randomUUID(), [{ product_id: id, quantity: 4 }])
  const { status, body } = await adjust(shop, id, { delta: -7, reason: 'Stolen' })
  expect([status, body.code, body.available]).toEqual([409, 'not_available', 6])
  expect(body.detail).toContain('6 are available')
  expect((await adjust(shop, id, { delta: -6, reason: 'Stolen' })).body).toMatchObject({
    ...{ on_hand: 4, reserved: 4, available: 0 },
  })
  const most = await adjust(shop, id, { delta: 1_000_000_000, reason: 'Everything' })
  expect([most.status, most.body.code]).toEqual([409, 'too_much_stock'])
})

test('of admins who take the last pieces at once, no more get them than there are', async () => {
  const id = await shop.product(5)
  const answers = await Promise.all(
    Array.from({ length: 8 }, async () => adjust(shop, id, { delta: -1, reason: 'Sample' })),
  )
  const statuses = answers.map(({ status }) => status).toSorted()
  expect(statuses).toEqual([201, 201, 201, 201, 201, 409, 409, 409])
})

test('with an idempotency key the same adjustment is made once, and gets the same answer', async () => {
  const id = await shop.product(10)
  const key = { 'idempotency-key': 'delivery-4711' }
  const sent = { delta: 5, reason: 'Delivery 4711' }
  const answers = await Promise.all([1, 2, 3].map(async () => adjust(shop, id, sent, key)))
  answers.push(await adjust(shop, id, sent, key))
  for (const { status, body } of answers) {
    expect(status).toBe(201)
    expect(body).toEqual(answers[0]!.body)
  }
  expect((await stockOf(shop, id)).body).toMatchObject({ on_hand: 15 })
  expect((await adjust(shop, id, { ...sent, delta: 6 }, key)).status).toBe(422)
})

const WRONG: [string, string, unknown][] = [
  ['delta', '0', { delta: 0, reason: 'x' }],
  ['delta', 'a fraction', { delta: 1.5, reason: 'x' }],
  ['delta', 'too much', { delta: 1e10, reason: 'x' }],
  ['delta', 'missing', { reason: 'x' }],
  ['reason', 'missing', { delta: 1 }],
  ['reason', 'blank', { delta: 1, reason: ' ' }],
  ['reason', 'too long', { delta: 1, reason: 'x'.repeat(501) }],
  ['reason', 'with a NUL', { delta: 1, reason: 'a\0' }],
]
test.each(WRONG)('a %s that is %s is refused', async (field, _, json) => {
  const { status, body } = await adjust(shop, UNKNOWN, json)
  expect([status, body.errors[0].field]).toEqual([422, field])
})

test('only admins adjust and read the trail', async () => {
  const path = `/inventory/${UNKNOWN}/adjustments`
  const json = { delta: 1, reason: 'mine' }
  const statuses = async (token?: string) => {
    const with_ = token === undefined ? {} : { token }
    const sent = await shop.inventory.call(path, { json, ...with_ })
    return [sent.status, (await shop.inventory.call(path, with_)).status]
  }
  expect(await statuses()).toEqual([401, 401])
  expect(await statuses(shop.buyer)).toEqual([403, 403])
  expect(await statuses(SERVICE_TOKEN)).toEqual([401, 401])
})
