import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
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
  post,
  type Shop,
} from './testing.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.close())
beforeEach(() => shop.database.query(`truncate payments.payments cascade`))

const isHeld = async (id: string) => [await booked(shop, id), await held(shop, id)]

test('a charge whose answer was lost is found at the gateway: completed, not charged again', async () => {
  const payment = await newPayment(shop, 'tok_unanswered')
  await letTimePass(shop)
  expect(await reconcile(shop.deps, 60)).toBe(1)
  expect(await find(shop, payment.id)).toMatchObject({ status: 'completed' })
  expect(await isHeld(payment.id)).toEqual([85_900, 85_900])
  expect(await eventTypes(shop, payment.id)).toEqual(['payment.completed'])
})

test('a charge that never reached the gateway is ended there and failed, and a late request charges nothing', async () => {
  const payment = await newPayment(shop, 'tok_lost')
  await letTimePass(shop)
  await reconcile(shop.deps, 60)
  expect(await find(shop, payment.id)).toMatchObject({
    status: 'failed',
    failure_reason: 'not_charged',
  })
  await shop.database.query(`update payments.sandbox_cards set behaviour = 'succeeds'`)
  const late = await shop.sandbox.charge({
    ...{
      key: payment.id,
      amountCents: 85_900,
      currency: 'USD',
      madeAt: new Date(),
      chargeId: null,
    },
    card: { token: await tokenOf(payment.payment_method_id), customer: null },
    about: {
      ...{ orderId: payment.order_id, userId: shop.buyerId },
      paymentMethodId: payment.payment_method_id,
    },
  })
  expect(late.status).toBe('cancelled')
  expect(await isHeld(payment.id)).toEqual([0, 0])
})

async function tokenOf(id: string): Promise<string> {
  const [row] = await shop.database.query<{ token: string }>(
    'select token from payments.payment_methods where id = $1',
    [id],
  )
  return row?.token ?? ''
}

test('a payment that is processed is looked at again, each time later', async () => {
  const payment = await newPayment(shop, 'tok_late')
  await letTimePass(shop)
  const waits: number[] = []
  for (let times = 0; times < 3; times++) {
    await shop.database.query(
      `update payments.sandbox_charges set settles_at = now() + interval '1 hour'`,
    )
    await reconcile(shop.deps, 60)
    const [row] = await shop.database.query<{ wait: number }>(
      'select round(extract(epoch from ask_at - now()))::int as wait from payments.payments',
    )
    waits.push(row?.wait ?? 0)
    await letTimePass(shop)
  }
  expect(waits[0]).toBeGreaterThan(50)
  expect(waits[1]).toBeGreaterThan(1.9 * waits[0]!)
  expect(waits[2]).toBeGreaterThan(1.9 * waits[1]!)
  await shop.database.query('update payments.sandbox_charges set settles_at = now()')
  await reconcile(shop.deps, 60)
  expect(await find(shop, payment.id)).toMatchObject({ status: 'completed' })
})

test('what has just begun is left to its own request', async () => {
  await newPayment(shop, 'tok_unanswered')
  expect(await reconcile(shop.deps, 60)).toBe(0)
})

test('what the gateway does not know is not ended while its request may be on its way', async () => {
  const payment = await newPayment(shop, 'tok_lost')
  await shop.database.query('update payments.payments set ask_at = now()')
  expect(await reconcile(shop.deps, 60)).toBe(1)
  expect(await find(shop, payment.id)).toMatchObject({ status: 'pending' })
  expect(
    await shop.database.query('select from payments.sandbox_charges where key = $1', [payment.id]),
  ).toEqual([])
})

test('each payment is looked at by one of many that look at the same time', async () => {
  const given = await Promise.all(
    Array.from({ length: 50 }, () => newOrder(shop, 'tok_unanswered')),
  )
  await Promise.all(given.map(async fields => ok(201, await post(shop, fields))))
  await letTimePass(shop)
  const seen: string[] = []
  const gateway = {
    ...shop.sandbox,
    find: (request: Parameters<typeof shop.sandbox.find>[0]) => {
      seen.push(request.key)
      return shop.sandbox.find(request)
    },
  }
  const counts = await Promise.all(
    Array.from({ length: 4 }, () => reconcile({ ...shop.deps, gateway }, 60)),
  )
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(50)
  expect([seen.length, new Set(seen).size]).toEqual([50, 50])
})

test('a gateway that does not answer is asked again; the others are done', async () => {
  const [stuck, fine] = [
    await newPayment(shop, 'tok_unanswered'),
    await newPayment(shop, 'tok_unanswered'),
  ]
  await letTimePass(shop)
  const gateway = {
    ...shop.sandbox,
    find: (request: Parameters<typeof shop.sandbox.find>[0]) =>
      request.key === stuck.id
        ? Promise.reject(new GatewayUnanswered('no answer'))
        : shop.sandbox.find(request),
  }
  await reconcile({ ...shop.deps, gateway }, 60)
  expect(await find(shop, stuck.id)).toMatchObject({ status: 'pending' })
  expect(await find(shop, fine.id)).toMatchObject({ status: 'completed' })
  await letTimePass(shop)
  await reconcile(shop.deps, 60)
  expect(await find(shop, stuck.id)).toMatchObject({ status: 'completed' })
})

test('every instance looks by itself', async () => {
  const instance = await shop.another({ reconcileSeconds: 1 })
  const payment = await newPayment(shop, 'tok_unanswered')
  await letTimePass(shop)
  await vi.waitFor(
    async () => expect(await find(shop, payment.id)).toMatchObject({ status: 'completed' }),
    { timeout: 20_000 },
  )
  expect(instance.logs().some(({ msg }) => msg === 'asked the gateway about a payment')).toBe(true)
})

test('a crash after a payment is begun is repaired without its client', async () => {
  const given = await newOrder(shop)
  const id = randomUUID()
  await shop.database.query(
    `insert into payments.payments (id, order_id, user_id, payment_method_id, amount_cents, currency, status, gateway,
       created_at, ask_at) values ($1, $2, $3, $4, 85900, 'USD', 'pending', 'sandbox', now(), now())`,
    [id, given.order_id, shop.buyerId, given.payment_method_id],
  )
  expect((await post(shop, given)).status).toBe(409)
  await letTimePass(shop)
  await reconcile(shop.deps, 60)
  expect(await find(shop, id)).toMatchObject({ status: 'failed', failure_reason: 'not_charged' })
  expect(ok(201, await post(shop, given)).body.status).toBe('completed')
})
