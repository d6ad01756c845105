import { randomUUID } from 'node:crypto'
import { eventHandler } from '../shared/bus/handle-event.ts'
import { type Database, openDatabase } from '../shared/database/database.ts'
import {
  type Envelope,
  type EventData,
  type EventType,
  parseEvent,
  subjectTypeOf,
} from '../shared/events/events.ts'
import { documentedAnswers } from '../shared/testing/documented-answers.ts'
import { testDatabase, type TestDatabase } from '../shared/testing/test-database.ts'
import { testIssuer, type TestIssuer } from '../shared/testing/test-issuer.ts'
import { type Answer, startTestService, type TestService } from '../shared/testing/test-service.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { OrderEntity } from './order.ts'
import type { ProductAnswer } from './products-client.ts'
import { reactions } from './reactions.ts'
import { start } from './start.ts'
import {
  CALLEE_TOKEN,
  testInventory,
  type TestInventory,
  testProducts,
  type TestProducts,
} from './testing-callees.ts'

export const SERVICE_TOKEN = 'the-token-that-callers-of-orders-show'

/** The service with its database, the services that it calls, and somebody who signs tokens for it. */
export interface Shop {
  orders: TestService
  database: TestDatabase
  issuer: TestIssuer
  products: TestProducts
  inventory: TestInventory
  /** Tokens. */
  admin: string
  buyer: string
  buyerId: string
  adminId: string
  /** The service's own way to its database, for what has no route. */
  own: Database
  /** One more instance. */
  another: (settings?: Settings) => Promise<TestService>
  close: () => Promise<void>
}

type Settings = Partial<Record<keyof typeof manifest.settings, string | number>>

export async function openShop(settings: Settings = {}): Promise<Shop> {
  const [database, issuer, products, inventory] = await Promise.all([
    testDatabase('orders', MIGRATIONS),
    testIssuer(),
    testProducts(),
    testInventory(),
  ])
  const started: TestService[] = []
  const another = async (more: Settings = {}) => {
    const service = await startTestService(manifest, start, {
      database: { url: database.url, poolSize: 5 },
      tokens: { jwksUrl: issuer.jwksUrl },
      callers: { token: SERVICE_TOKEN },
      calls: {
        products: { url: products.url, token: CALLEE_TOKEN },
        inventory: { url: inventory.url, token: CALLEE_TOKEN },
      },
      // Tests let orders expire when they want it.
      settings: { expirySeconds: 3600, ...settings, ...more },
      secrets: {},
    })
    started.push(service)
    return documentedAnswers(service)
  }
  const own = await openDatabase({
    service: 'orders',
    url: database.url,
    poolSize: 3,
    entities: [OrderEntity],
    migrations: MIGRATIONS,
  })
  const [buyerId, adminId] = [randomUUID(), randomUUID()]
  return {
    ...{ database, issuer, products, inventory, buyerId, adminId, own, another },
    orders: await another(),
    buyer: await issuer.token('buyer', buyerId),
    admin: await issuer.token('admin', adminId),
    close: async () => {
      await Promise.all(started.map(service => service.stop()))
      await own.close()
      await Promise.all([products, inventory, issuer, database].map(part => part.close()))
    },
  }
}

let count = 0

/** A product that can be ordered. */
export function newProduct({ products }: Shop, given: Partial<ProductAnswer> = {}): ProductAnswer {
  const product = {
    product_id: randomUUID(),
    name: `Walnut Desk ${++count}`,
    price_cents: 42_950,
    currency: 'USD',
    is_active: true,
    ...given,
  }
  products.products.set(product.product_id, product)
  return product
}

export interface Placing {
  token?: string
  key?: string | null
  service?: TestService
}

/** `POST /orders` with these fields. */
export const post = (
  shop: Shop,
  json: unknown,
  { token = shop.buyer, key = randomUUID(), service = shop.orders }: Placing = {},
): Promise<Answer> =>
  service.call('/orders', {
    json,
    token,
    ...(key !== null && { headers: { 'idempotency-key': key } }),
  })

/** An order that is there: of one new product, unless lines are given. */
export async function newOrder(
  shop: Shop,
  items: readonly object[] = [{ product_id: newProduct(shop).product_id, quantity: 1 }],
  options: Placing = {},
): Promise<Answer['body']> {
  return bodyOf(201, await post(shop, { items }, options))
}

export function bodyOf(status: number, answer: Answer): Answer['body'] {
  if (answer.status === status) return answer.body
  throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`)
}

export const find = (shop: Shop, id: string, token = shop.buyer): Promise<Answer> =>
  shop.orders.call(`/orders/${id}`, { token })

export const setStatus = (shop: Shop, id: string, status: string): Promise<Answer> =>
  shop.orders.call(`/orders/${id}/status?status=${status}`, { method: 'PUT', token: shop.admin })

export const cancel = (shop: Shop, id: string, token = shop.buyer): Promise<Answer> =>
  shop.orders.call(`/orders/${id}/cancel`, { method: 'POST', token })

/** `placed pending`, `paid paid`, ... */
export const stepsOf = async (shop: Shop, id: string): Promise<string[]> =>
  bodyOf(200, await find(shop, id, shop.admin)).history.map(
    ({ step, status }: { step: string; status: string }) => `${step} ${status}`,
  )

/** What the service has published about an order, oldest first. */
export async function eventsOf({ database }: Shop, id: string) {
  const rows = await database.query<{ envelope: unknown }>(
    `select envelope from orders.outbox where envelope->'subject'->>'id' = $1
     order by (envelope->>'sequence')::int`,
    [id],
  )
  return rows.map(({ envelope }) => {
    const parsed = parseEvent(envelope)
    if (!parsed.ok) throw new Error(parsed.reason)
    return parsed.event
  })
}

export const typesOf = async (shop: Shop, id: string): Promise<string[]> =>
  (await eventsOf(shop, id)).map(({ type }) => type)

export const envelopeOf = <T extends EventType>(
  type: T,
  subjectId: string,
  data: EventData<T>,
): Envelope => ({
  id: randomUUID(),
  type,
  version: 1,
  occurred_at: new Date().toISOString(),
  traceparent: null,
  subject: { type: subjectTypeOf(type), id: subjectId },
  sequence: 1,
  data,
})

/** Hands an event to the service as its consumer does. Returns the event. */
export async function deliver<T extends EventType>(
  shop: Shop,
  type: T,
  subjectId: string,
  data: EventData<T>,
): Promise<Envelope> {
  const event = envelopeOf(type, subjectId, data)
  await redeliver(shop, event)
  return event
}

export const redeliver = ({ own }: Shop, event: Envelope): Promise<void> =>
  eventHandler(
    'orders',
    own,
    reactions,
  )({
    raw: event,
    attempt: 1,
    signal: new AbortController().signal,
  })

/** A payment of the whole order, as payments tells of it. */
export const paymentOf = (order: Answer['body'], paymentId: string = randomUUID()) => ({
  payment_id: paymentId,
  order_id: order.id as string,
  user_id: order.user_id as string,
  amount_cents: Math.round(order.total_amount * 100),
  currency: order.currency as string,
})

/** Pays the order. Returns the payment's id. */
export async function pay(shop: Shop, order: Answer['body'], paymentId?: string): Promise<string> {
  const payment = paymentOf(order, paymentId)
  await deliver(shop, 'payment.completed', payment.payment_id, payment)
  return payment.payment_id
}

/** Lets time pass for one order. */
export const endTime = ({ database }: Shop, id: string, seconds = 3600): Promise<unknown> =>
  database.query(
    `update orders.orders set expires_at = now() - $2 * interval '1 s' where id = $1`,
    [id, seconds],
  )
