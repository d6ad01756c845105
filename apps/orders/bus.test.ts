import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBus } from '../shared/bus/open-bus.ts'
import type { Bus } from '../shared/bus/bus.ts'
import { parseEvent } from '../shared/events/events.ts'
import { logTo } from '../shared/process/log.ts'
import { envelopeOf, find, newOrder, openShop, paymentOf, type Shop } from './testing.ts'

let shop: Shop
let bus: Bus
let unsubscribe: () => Promise<void>
/** What another service has heard of orders. */
const heard: string[] = []

beforeAll(async () => {
  shop = await openShop()
  bus = await openBus({
    topicArn: undefined,
    queueUrl: undefined,
    deadLetterUrl: undefined,
    databaseUrl: shop.database.url,
    consumer: 'payments',
    consumes: ['order.placed', 'order.paid'],
    log: logTo({ write: () => {} }, 'payments', 'silent'),
  })
  unsubscribe = bus.subscribe(({ raw }) => {
    const parsed = parseEvent(raw)
    heard.push(parsed.ok ? `${parsed.event.type} ${parsed.event.subject.id}` : parsed.reason)
    return Promise.resolve()
  })
})

afterAll(async () => {
  await unsubscribe?.()
  await bus?.close()
  await shop?.close()
})

test('what happens to an order goes over the bus, and what happens to its payment comes from there', async () => {
  await expect.poll(() => isDeclared(), { timeout: 20_000 }).toBe(true)
  const order = await newOrder(shop)
  const payment = paymentOf(order)
  await bus.publish([envelopeOf('payment.completed', payment.payment_id, payment)])
  await expect
    .poll(async () => (await find(shop, order.id)).body.status, { timeout: 20_000 })
    .toBe('paid')
  await expect
    .poll(() => heard.toSorted(), { timeout: 20_000 })
    .toEqual([`order.paid ${order.id}`, `order.placed ${order.id}`])
})

/** Both consumers: what is published before goes to nobody. */
async function isDeclared(): Promise<boolean> {
  const rows = await shop.database.query<{ name: string }>(
    'select distinct name from bus.subscription',
  )
  return rows.length === 2
}
