import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBus } from '../shared/bus/open-bus.ts'
import type { Bus } from '../shared/bus/bus.ts'
import { parseEvent } from '../shared/events.ts'
import { logTo } from '../shared/log.ts'
import { envelopeOf, newOrder, openShop, pay, type Shop, stepsOf } from './testing.ts'

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

test('what happens to an order goes over the bus, and what happens to its stock comes from there', async () => {
  await expect.poll(() => isDeclared(), { timeout: 20_000 }).toBe(true)
  const order = await newOrder(shop)
  await pay(shop, order)
  const lost = { order_id: order.id as string, shortages: [] }
  await bus.publish([envelopeOf('reservation.lost', order.id, lost)])
  await expect
    .poll(async () => (await stepsOf(shop, order.id)).at(-1), { timeout: 20_000 })
    .toBe('stock_lost paid')
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
