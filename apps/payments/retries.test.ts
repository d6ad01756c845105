import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { whileLocked } from '../shared/testing/while-locked.ts'
import { charge } from './ask-gateway.ts'
import { beginPayment } from './begin-payment.ts'
import type { Payment } from './payment.ts'
import { PaymentCreate } from './schemas.ts'
import {
  booked,
  eventTypes,
  find,
  held,
  newCard,
  newOrder,
  ok,
  openShop,
  post,
  type Shop,
} from './testing.ts'
import type { TestService } from '../shared/testing/test-service.ts'

let shop: Shop
let other: TestService
beforeAll(async () => {
  shop = await openShop()
  other = await shop.another()
})
afterAll(() => shop?.close())

const paymentsOf = (orderId: string) =>
  shop.database.query<{ id: string; status: string }>(
    'select id, status from payments.payments where order_id = $1',
    [orderId],
  )
const chargesOf = (orderId: string) =>
  shop.database.query<{ status: string }>(
    'select status from payments.sandbox_charges where order_id = $1',
    [orderId],
  )

test.each(['tok_visa', 'tok_declined'])(
  'the same key gives the same answer and no second charge (%s)',
  async token => {
    const given = await newOrder(shop, token)
    const key = randomUUID()
    const first = ok(201, await post(shop, given, { key }))
    const second = await post(shop, given, { key, service: other })
    expect([second.status, second.body]).toEqual([201, first.body])
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect(await chargesOf(given.order_id)).toHaveLength(1)
  },
)

test('the same key for another payment is refused', async () => {
  const given = await newOrder(shop)
  const key = randomUUID()
  ok(201, await post(shop, given, { key }))
  expect(await post(shop, await newOrder(shop), { key })).toMatchObject({
    status: 422,
    body: { code: 'idempotency_key_reused' },
  })
})

test('a key that was forgotten still finds its payment, and refuses another', async () => {
  const given = await newOrder(shop)
  const key = randomUUID()
  const first = ok(201, await post(shop, given, { key }))
  await shop.database.query('truncate payments.idempotency_keys')
  expect(await post(shop, given, { key })).toMatchObject({ status: 201, body: first.body })
  await shop.database.query('truncate payments.idempotency_keys')
  expect((await post(shop, await newOrder(shop), { key })).status).toBe(422)
  expect(await chargesOf(given.order_id)).toHaveLength(1)
})

test('twenty twins at two instances give one charge and one answer', async () => {
  const given = await newOrder(shop)
  const key = randomUUID()
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      post(shop, given, { key, service: n % 2 ? other : shop.payments }),
    ),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(answers[0]?.body.status).toBe('completed')
  expect(await chargesOf(given.order_id)).toHaveLength(1)
  expect(await eventTypes(shop, answers[0]?.body.id)).toEqual(['payment.completed'])
})

test('of twenty keys for one order one is charged, the others are refused', async () => {
  const given = await newOrder(shop)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      post(shop, given, { service: n % 2 ? other : shop.payments }),
    ),
  )
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter(status => status === 201)).toHaveLength(1)
  for (const { status, body } of answers)
    if (status !== 201) expect([status, body.code]).toEqual([409, 'order_has_payment'])
  expect(await chargesOf(given.order_id)).toEqual([{ status: 'succeeded' }])
  expect(await paymentsOf(given.order_id)).toHaveLength(1)
})

test('two keys for one order that meet in the middle of their transactions charge once', async () => {
  const given = await newOrder(shop)
  const answers = await whileLocked(
    shop.database,
    {
      statements: [['lock table payments.payments in share row exclusive mode', []]],
      waiting: 2,
    },
    () => Promise.all([post(shop, given), post(shop, given, { service: other })]),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  expect(await chargesOf(given.order_id)).toHaveLength(1)
})

test('while a payment is pending another key for the order is refused', async () => {
  const given = await newOrder(shop, 'tok_late')
  expect(ok(201, await post(shop, given)).body.status).toBe('pending')
  expect(await post(shop, { ...given, payment_method_id: await newCard(shop) })).toMatchObject({
    status: 409,
    body: { code: 'order_has_payment' },
  })
})

test('a charge whose answer is lost is pending, and the same key then finds what became of it', async () => {
  const given = await newOrder(shop, 'tok_unanswered')
  const key = randomUUID()
  const first = ok(201, await post(shop, given, { key }))
  expect(first.body).toMatchObject({ status: 'pending', processed_at: null })
  expect(await booked(shop, first.body.id)).toBe(0)
  const second = ok(201, await post(shop, given, { key }))
  expect(second.body).toMatchObject({ id: first.body.id, status: 'completed' })
  expect([await booked(shop, first.body.id), await held(shop, first.body.id)]).toEqual([
    85_900, 85_900,
  ])
  expect(await chargesOf(given.order_id)).toHaveLength(1)
})

/** The first steps of a request whose process then dies. */
async function dyingAfter(step: 'begun' | 'charged', given: object, key: string): Promise<Payment> {
  const id = await idOf(given, key)
  const payment = await beginPayment(
    shop.deps,
    { id: shop.buyerId, role: 'buyer' },
    PaymentCreate.parse(given),
    { id, claim: () => Promise.resolve() },
  )
  if (step === 'charged') await charge(shop.deps, payment)
  return payment
}

/** What the kit makes of this key: asked from a try that was refused. */
async function idOf(given: object, key: string): Promise<string> {
  const probe = await post(shop, given, { key })
  const id = probe.body.id
  for (const table of ['outbox', 'outbox_subjects', 'idempotency_keys'])
    await shop.database.query(`truncate payments.${table}`)
  await shop.database.query('delete from payments.ledger where payment_id = $1', [id])
  await shop.database.query('delete from payments.payments where id = $1', [id])
  await shop.database.query('delete from payments.sandbox_charges where key = $1', [id])
  return id
}

test.each(['begun', 'charged'] as const)(
  'a retry after a crash goes on where the payment was %s, and charges once',
  async step => {
    const given = await newOrder(shop)
    const key = randomUUID()
    const { id } = await dyingAfter(step, given, key)
    expect(await find(shop, id)).toMatchObject({ status: 'pending' })
    const { body } = ok(201, await post(shop, given, { key }))
    expect(body).toMatchObject({ id, status: 'completed' })
    expect(await chargesOf(given.order_id)).toHaveLength(1)
    expect([await booked(shop, id), await held(shop, id)]).toEqual([85_900, 85_900])
    expect(await eventTypes(shop, id)).toEqual(['payment.completed'])
  },
)

test('a retry under the key of a crashed payment with another body is refused', async () => {
  const given = await newOrder(shop)
  const key = randomUUID()
  await dyingAfter('begun', given, key)
  expect(await post(shop, await newOrder(shop), { key })).toMatchObject({
    status: 422,
    body: { code: 'idempotency_key_reused' },
  })
})
