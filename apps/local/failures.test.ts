import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Answer, call } from '../shared/testing/test-service.ts'
import { openOutput } from './log.ts'
import { type ArrangedShop, arrangeShop } from './prove/arranged-shop.ts'
import type { Buyer } from './prove/buyer.ts'
import { holdDown } from './testing/hold-down.ts'

// What the README's table of failures says, tried on the real processes: each service in turn is killed and kept down.

const silent = { info: () => {}, warn: () => {}, error: () => {}, line: () => {} }
const output = { ...openOutput(process.stdout), ...silent }
const UNTIL = { timeout: 30_000, interval: 100 }

/** A question to each service that it answers while all is well. */
const QUESTIONS = {
  users: '/users/me',
  products: '/products?limit=1',
  inventory: '/inventory/{product}',
  orders: '/orders',
  payments: '/payment-methods',
  notifications: '/notifications',
} as const
type Service = keyof typeof QUESTIONS
const SERVICES = Object.keys(QUESTIONS) as Service[]

let shop: ArrangedShop
let unused: Buyer[]

beforeAll(async () => {
  const appsDir = join(import.meta.dirname, '..')
  const path = process.env['PATH'] ?? ''
  shop = await arrangeShop({ buyers: 9, units: 100, appsDir, path, output })
  unused = [...shop.buyers]
  // Each has asked for the keys of tokens by now.
  const { token } = newBuyer()
  for (const service of SERVICES) expect((await ask(service, token)).status, service).toBe(200)
}, 120_000)
afterAll(() => shop?.close(), 60_000)

/** Somebody whose token no service has verified yet. */
function newBuyer(): Buyer {
  const buyer = unused.pop()
  if (!buyer) throw new Error('arrange more buyers')
  return buyer
}

const ask = (service: Service, token: string): Promise<Answer> =>
  call(shop.url, QUESTIONS[service].replace('{product}', shop.race.scarce), { token })

const post = ({ token }: Buyer, path: string, json: object, key: string = randomUUID()) =>
  call(shop.url, path, { json, token, headers: { 'idempotency-key': key } })
const order = (buyer: Buyer, key?: string) =>
  post(buyer, '/orders', { items: [{ product_id: shop.race.scarce, quantity: 1 }] }, key)
const saveCard = (buyer: Buyer, card_number = '4242424242424242') =>
  post(buyer, '/payment-methods', { type: 'card', card_number, expiry_date: '12/40' })
const pay = (
  buyer: Buyer,
  { body: { id, total_amount, currency } }: Answer,
  card: Answer,
  key?: string,
) =>
  post(
    buyer,
    '/payments',
    { order_id: id, amount: total_amount, currency, payment_method_id: card.body.id },
    key,
  )

const OUT = { status: 503, retries: true }
const outcome = ({ status, headers }: Answer) => ({ status, retries: headers.has('retry-after') })

/** While it is down the edge says so, and everybody else answers, also to tokens that are new to them. */
async function whileDown(service: Service, buyer: Buyer, look: () => Promise<void>): Promise<void> {
  const startAgain = await holdDown(shop, service, output)
  try {
    expect(outcome(await ask(service, buyer.token))).toEqual(OUT)
    for (const other of SERVICES.filter(name => name !== service))
      expect((await ask(other, buyer.token)).status, `${other} without ${service}`).toBe(200)
    await look()
  } finally {
    await startAgain()
  }
  expect((await ask(service, buyer.token)).status).toBe(200)
}

test('without users everything goes on for those who are logged in', async () => {
  const buyer = newBuyer()
  await whileDown('users', buyer, async () => {
    const [placed, card] = [await order(buyer), await saveCard(buyer)]
    expect([placed.status, card.status]).toEqual([201, 201])
    expect((await pay(buyer, placed, card)).body).toMatchObject({ status: 'completed' })
  })
})

test.for(['products', 'inventory'] as const)(
  'without %s no order can be placed, a retry with the same key succeeds later, and orders can be read and cancelled',
  async service => {
    const buyer = newBuyer()
    const key = randomUUID()
    const before = await order(buyer)
    await whileDown(service, buyer, async () => {
      expect(outcome(await order(buyer, key))).toEqual(OUT)
      const path = `/orders/${before.body.id}`
      expect((await call(shop.url, path, { token: buyer.token })).status).toBe(200)
      expect((await post(buyer, `${path}/cancel`, {})).body).toMatchObject({ status: 'cancelled' })
    })
    await vi.waitFor(async () => expect((await order(buyer, key)).status).toBe(201), UNTIL)
    await vi.waitFor(async () => {
      const held = await shop.query(
        `select from inventory.reservations where order_id = $1 and status = 'held'`,
        [before.body.id],
      )
      expect(held).toEqual([])
    }, UNTIL)
  },
)

test('without orders nothing can be paid, cards and payments can be used, and the payment succeeds later', async () => {
  const buyer = newBuyer()
  const [placed, card] = [await order(buyer), await saveCard(buyer)]
  const key = randomUUID()
  await whileDown('orders', buyer, async () => {
    expect(outcome(await pay(buyer, placed, card, key))).toEqual(OUT)
    expect((await saveCard(buyer)).status).toBe(201)
    expect((await call(shop.url, '/payments', { token: buyer.token })).body).toEqual([])
  })
  await vi.waitFor(
    async () =>
      expect((await pay(buyer, placed, card, key)).body).toMatchObject({ status: 'completed' }),
    UNTIL,
  )
})

test('without payments orders can be placed', async () => {
  const buyer = newBuyer()
  await whileDown('payments', buyer, async () => {
    expect((await order(buyer)).status).toBe(201)
  })
})

test('without notifications nobody is told; when it is back they are, of everything, once', async () => {
  const buyer = newBuyer()
  const told = async () => {
    const { body } = await call(shop.url, '/notifications?limit=100', { token: buyer.token })
    return (body as { kind: string }[]).map(({ kind }) => kind).toSorted()
  }
  await whileDown('notifications', buyer, async () => {
    const [placed, card] = [await order(buyer), await saveCard(buyer)]
    expect((await pay(buyer, placed, card)).body).toMatchObject({ status: 'completed' })
  })
  const all = ['order_paid', 'order_placed', 'welcome']
  await vi.waitFor(async () => expect(await told()).toEqual(all), UNTIL)
})

test('without PostgreSQL the answer is 503, products in the cache are still served, and no service needs a restart', async () => {
  const buyer = newBuyer()
  const product = `/products/${shop.race.scarce}`
  expect((await call(shop.url, product)).status).toBe(200)
  const pids = shop.parts.services.map(({ pid }) => pid)
  process.kill(shop.parts.postgres!.pid!, 'SIGKILL')
  await vi.waitFor(async () => expect(outcome(await ask('orders', buyer.token))).toEqual(OUT), {
    ...UNTIL,
    interval: 1,
  })
  expect((await call(shop.url, product)).status).toBe(200)
  for (const service of SERVICES)
    await vi.waitFor(async () => expect((await ask(service, buyer.token)).status).toBe(200), UNTIL)
  await vi.waitFor(async () => expect((await order(buyer)).status).toBe(201), UNTIL)
  expect(shop.parts.services.map(service => service.pid)).toEqual(pids)
})
