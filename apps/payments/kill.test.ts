import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { environmentOf } from '../shared/environment.ts'
import { freePort } from '../shared/process/free-ports.ts'
import { call, PUBLIC_URL } from '../shared/testing/test-service.ts'
import manifest from './manifest.ts'
import { reconcile } from './reconcile.ts'
import { sweep } from './sweep.ts'
import { letTimePass, newOrder, openShop, type Shop } from './testing.ts'
import { ORDERS_TOKEN } from './testing/orders-stand-in.ts'

const BUYERS = 24
const KILLS = 4
const CARDS = ['tok_visa', 'tok_visa', 'tok_unanswered', 'tok_declined', 'tok_late', 'tok_lost']

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.close())

/** The service as it runs in a container, to be killed. */
async function startProcess(): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort()
  const { plain, secret } = environmentOf(manifest, {
    runtime: {
      ...{ host: '127.0.0.1', port, publicUrl: PUBLIC_URL, version: 'test' },
      ...{ logLevel: 'silent', corsOrigins: [], trustedProxyHops: 1 },
    },
    database: { url: shop.database.url, poolSize: 5 },
    tokens: { jwksUrl: shop.issuer.jwksUrl },
    cache: {},
    paymentGateway: { kind: 'sandbox' },
    calls: { orders: { url: shop.orders.url, token: ORDERS_TOKEN } },
    settings: { reconcileSeconds: 3600 },
    secrets: {},
  })
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...plain, ...secret },
    stdio: 'inherit',
  })
  const url = `http://127.0.0.1:${port}`
  await expect
    .poll(
      () =>
        call(url, '/ready').then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 30_000 },
    )
    .toBe(200)
  return { url, child }
}

const kill = async (child: ChildProcess) => {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

interface Buyer {
  given: Awaited<ReturnType<typeof newOrder>>
  key: string
}

/** Sends each request twice, and counts how many were answered. */
function pay(url: string, buyers: readonly Buyer[], onAnswer: () => void): Promise<unknown> {
  return Promise.allSettled(
    [...buyers, ...buyers].map(async ({ given, key }) => {
      const headers = { 'idempotency-key': key }
      await call(url, '/payments', { json: given, token: shop.buyer, headers })
      onAnswer()
    }),
  )
}

test('processes that are killed in the middle charge nobody twice and lose no charge', async () => {
  const buyers: Buyer[] = []
  for (let n = 0; n < BUYERS; n++)
    buyers.push({ given: await newOrder(shop, CARDS[n % CARDS.length]), key: randomUUID() })
  for (let round = 0; round < KILLS; round++) {
    const { url, child } = await startProcess()
    // Killed after another number of answers each time: somewhere in the middle of the others.
    let answered = 0
    const dying = new Promise<void>(resolve => {
      void pay(url, buyers, () => ++answered === 1 + round * 5 && resolve()).then(() => resolve())
    })
    await dying
    await kill(child)
  }
  await shop.database.query('update payments.sandbox_charges set settles_at = now()')
  await letTimePass(shop)
  await reconcile(shop.deps, 1)
  await sweep(shop.deps, 1)
  expect(await differences()).toEqual([])
  const rows = await shop.database.query<{ status: string }>('select status from payments.payments')
  expect(rows.every(({ status }) => status === 'completed' || status === 'failed')).toBe(true)
  const answers = await Promise.all(
    buyers.map(({ given, key }) =>
      shop.payments.call('/payments', {
        ...{ json: given, token: shop.buyer },
        headers: { 'idempotency-key': key },
      }),
    ),
  )
  for (const [n, { status, body }] of answers.entries()) {
    expect(status).toBe(201)
    const isBad = /declined|lost/.test(CARDS[n % CARDS.length] ?? '')
    // A request that died before the charge leaves nothing that could be charged.
    if (body.status === 'failed' && !isBad) expect(body.failure_reason).toBe('not_charged')
    if (isBad) expect(body.status).toBe('failed')
  }
  expect(await differences()).toEqual([])
}, 120_000)

/** Payments about which the gateway, our books, our events and the table do not say the same. */
const differences = () =>
  shop.database.query(
    `select p.id, p.status, b.charged_cents, l.booked, e.events
     from payments.payments p
     left join payments.sandbox_balances b on b.payment_id = p.id
     left join lateral (
       select coalesce(sum(amount_cents), 0) as booked from payments.ledger
       where payment_id = p.id and account = 'gateway') l on true
     left join lateral (
       select count(*) as events from payments.outbox
       where envelope->'subject'->>'id' = p.id::text and envelope->>'type' = 'payment.' || p.status) e on true
     where coalesce(b.charged_cents, 0) <> case when p.status = 'completed' then p.amount_cents else 0 end
       or l.booked <> coalesce(b.charged_cents, 0) or (p.status <> 'pending' and e.events <> 1)
     union all
     select payment_id, 'charged without a row', charged_cents, 0, 0 from payments.sandbox_balances
     where charged_cents > 0 and payment_id not in (select id from payments.payments)`,
  )
