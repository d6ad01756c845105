import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { eventHandler } from '../shared/bus/handle-event.ts'
import { serviceClient } from '../shared/clients/client.ts'
import { type Database, openDatabase } from '../shared/database/database.ts'
import type { Envelope, EventData } from '../shared/events/events.ts'
import { logTo } from '../shared/process/log.ts'
import { documentedAnswers } from '../shared/testing/documented-answers.ts'
import { testDatabase, type TestDatabase } from '../shared/testing/test-database.ts'
import { testIssuer, type TestIssuer } from '../shared/testing/test-issuer.ts'
import {
  type Answer,
  PUBLIC_URL,
  startTestService,
  type TestService,
} from '../shared/testing/test-service.ts'
import type { PaymentsDeps } from './deps.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { ordersClient } from './orders-client.ts'
import { reactions } from './reactions.ts'
import { type Sandbox, sandboxGateway } from './sandbox.ts'
import type { PaymentView } from './schemas.ts'
import { ENTITIES, start } from './start.ts'
import { ORDERS_TOKEN, ordersStandIn, type OrdersStandIn } from './testing/orders-stand-in.ts'

type Settings = Partial<Record<keyof typeof manifest.settings, string | number>>
type Gateway = { kind: 'sandbox' } | { kind: 'stripe'; secretKey: string; webhookSecret: string }

/** The service with its database, orders, and somebody who signs tokens for it. */
export interface Shop {
  payments: TestService
  database: TestDatabase
  issuer: TestIssuer
  orders: OrdersStandIn
  buyer: string
  buyerId: string
  admin: string
  sandbox: Sandbox
  /** What the service's use cases stand on, for what has no route. */
  deps: PaymentsDeps
  /** Log lines of `deps`. */
  logs: string[]
  /** One more instance. */
  another: (settings?: Settings) => Promise<TestService>
  close: () => Promise<void>
}

export async function openShop(
  settings: Settings = {},
  paymentGateway: Gateway = { kind: 'sandbox' },
): Promise<Shop> {
  const [database, issuer, orders] = await Promise.all([
    testDatabase('payments', MIGRATIONS),
    testIssuer(),
    ordersStandIn(),
  ])
  const started: TestService[] = []
  const another = async (more: Settings = {}) => {
    const service = await startTestService(manifest, start, {
      database: { url: database.url, poolSize: 5 },
      tokens: { jwksUrl: issuer.jwksUrl },
      paymentGateway,
      cache: {},
      calls: { orders: { url: orders.url, token: ORDERS_TOKEN } },
      // Tests look when they want it.
      settings: {
        reconcileSeconds: 3600,
        cardsPerUser: 1_000,
        cardsPerAddress: 1_000,
        ...settings,
        ...more,
      },
      secrets: {},
    })
    started.push(service)
    return documentedAnswers(service)
  }
  const own = await ownDatabase(database)
  const sandbox = sandboxGateway(own, PUBLIC_URL)
  const logs: string[] = []
  const buyerId = randomUUID()
  return {
    ...{ database, issuer, orders, buyerId, sandbox, logs, another },
    payments: await another(),
    buyer: await issuer.token('buyer', buyerId),
    admin: await issuer.token('admin'),
    deps: {
      database: own,
      gateway: sandbox,
      findOrder: ordersClient(
        serviceClient({ name: 'orders', baseUrl: orders.url, token: ORDERS_TOKEN }),
      ),
      log: logTo({ write: line => void logs.push(line) }, 'payments', 'info'),
      unansweredSeconds: 90,
    },
    close: async () => {
      await Promise.all(started.map(service => service.stop()))
      await own.close()
      await Promise.all([orders, issuer, database].map(part => part.close()))
    },
  }
}

const ownDatabase = ({ url }: TestDatabase): Promise<Database> =>
  openDatabase({
    service: 'payments',
    url,
    poolSize: 5,
    entities: ENTITIES,
    migrations: MIGRATIONS,
  })

/** A card that behaves like this: a token of the sandbox. */
export async function newCard(
  { payments, buyer }: Pick<Shop, 'payments' | 'buyer'>,
  token = 'tok_visa',
): Promise<string> {
  const { body } = ok(
    201,
    await payments.call('/payment-methods', { json: { token }, token: buyer }),
  )
  return body.id
}

export interface Paying {
  token?: string
  key?: string | null
  service?: TestService
}

/** `POST /payments` with these fields. */
export const post = (
  shop: Shop,
  json: unknown,
  { token = shop.buyer, key = randomUUID(), service = shop.payments }: Paying = {},
): Promise<Answer> =>
  service.call('/payments', {
    json,
    token,
    ...(key !== null && { headers: { 'idempotency-key': key } }),
  })

/** Fields that pay a new order of the buyer's with a card that behaves like this. */
export async function newOrder(shop: Shop, token = 'tok_visa') {
  const order = shop.orders.place(shop.buyerId)
  return {
    order_id: order.order_id,
    amount: order.total_cents / 100,
    currency: order.currency,
    payment_method_id: await newCard(shop, token),
  }
}

/** A payment of a new order. */
export async function newPayment(shop: Shop, token = 'tok_visa'): Promise<PaymentView> {
  return ok(201, await post(shop, await newOrder(shop, token))).body
}

export const find = async ({ payments, admin }: Shop, id: string): Promise<PaymentView> =>
  ok(200, await payments.call(`/payments/${id}`, { token: admin })).body

export const refund = (
  { payments, admin }: Shop,
  id: string,
  json: unknown = {},
  key = randomUUID(),
): Promise<Answer> =>
  payments.call(`/payments/${id}/refund`, {
    json,
    token: admin,
    headers: { 'idempotency-key': key },
  })

export function ok(status: number, answer: Answer): Answer {
  if (answer.status === status) return answer
  throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`)
}

/** Types of the events about a payment that were stored, in order, with what they say. */
export async function eventsOf(
  { database }: Shop,
  paymentId: string,
): Promise<{ type: string; data: Record<string, unknown> }[]> {
  const rows = await database.query<{ envelope: Envelope }>(
    `select envelope from payments.outbox where envelope->'subject'->>'id' = $1
     order by (envelope->>'sequence')::int`,
    [paymentId],
  )
  return rows.map(({ envelope }) => ({
    type: envelope.type,
    data: envelope.data as Record<string, unknown>,
  }))
}

export const eventTypes = async (shop: Shop, paymentId: string): Promise<string[]> =>
  (await eventsOf(shop, paymentId)).map(({ type }) => type)

/** What orders says when it is cancelled; handed over as the bus would. */
export async function orderCancelled(
  { deps }: Shop,
  data: Pick<EventData<'order.cancelled'>, 'order_id' | 'payment_id'>,
  id = randomUUID(),
): Promise<void> {
  const raw: Envelope = {
    ...{ id, type: 'order.cancelled', version: 1, traceparent: null, sequence: 2 },
    occurred_at: new Date().toISOString(),
    subject: { type: 'order', id: data.order_id },
    data: { ...data, user_id: randomUUID(), reason: 'requested' },
  }
  const handle = eventHandler('payments', deps.database, reactions(deps))
  await handle({ raw, attempt: 1, signal: new AbortController().signal })
}

/** Makes everything that waits due now. */
export async function letTimePass({ database }: Shop): Promise<void> {
  await database.query(
    `update payments.payments set ask_at = now(), created_at = created_at - interval '2 minutes'`,
  )
  await database.query('update payments.refunds set ask_at = now()')
  await database.query('update payments.sweeps set due_at = now()')
}

/** What the gateway holds of a payment by our books, and that the books are right. */
export async function booked({ database }: Shop, paymentId: string): Promise<number> {
  const [row] = await database.query<{ held: number; all: number }>(
    `select coalesce(sum(amount_cents) filter (where account = 'gateway'), 0)::float8 as held,
       coalesce(sum(amount_cents), 0)::float8 as all from payments.ledger where payment_id = $1`,
    [paymentId],
  )
  expect(row?.all).toBe(0)
  return row?.held ?? Number.NaN
}

/** What the gateway really holds of a payment. */
export async function held({ database }: Shop, paymentId: string): Promise<number> {
  const [row] = await database.query<{ held: number }>(
    `select coalesce(sum(charged_cents - refunded_cents), 0)::float8 as held
     from payments.sandbox_balances where payment_id = $1`,
    [paymentId],
  )
  return row?.held ?? Number.NaN
}
