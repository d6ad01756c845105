import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { publish } from '../events/outbox.ts'
import { startTelemetry } from '../process/telemetry.ts'
import { testCollector } from '../testing/test-collector.ts'
import { Undeliverable } from './bus.ts'
import { openPostgresBus } from './postgres-bus.ts'
import { type EventDatabase, eventDatabase, stockChanged } from './testing-database.ts'
import { watchLag } from './upkeep.ts'

const log = pino({ level: 'silent' })
let shop: EventDatabase
beforeAll(async () => {
  shop = await eventDatabase('inventory', ['stock.changed'])
})
afterAll(() => shop?.close())

test('what is unsent, waits or is dead is exported as metrics, until it is stopped', async () => {
  await using collector = await testCollector()
  const telemetry = await startTelemetry('inventory', 'test', collector.url)
  const bus = openPostgresBus({
    consumer: 'inventory',
    consumes: ['stock.changed'],
    url: shop.arranged.url,
    log,
  })
  const stored = await shop.database.transaction(em =>
    publish(em, stockChanged(1, 1), stockChanged(2, 1), stockChanged(3, 1)),
  )
  await shop.arranged.query(
    `update inventory.outbox set created_at = now() - interval '1 hour' where id = $1`,
    [stored[0]!.id],
  )
  await bus.publish(stored.slice(0, 1))
  const stop = bus.subscribe(async () => {
    throw new Undeliverable('never')
  })
  await vi.waitFor(async () => expect((await bus.lag()).deadLetters).toBe(1), 30_000)
  await stop()
  await bus.publish(stored.slice(1))
  const stopWatching = watchLag('inventory', shop.database, bus)
  // The last export is made when telemetry closes.
  await telemetry!.close()
  const valueOf = (metric: string) => {
    const [point] = collector.points(metric) as { asInt?: unknown; asDouble?: unknown }[]
    return Number(point?.asInt ?? point?.asDouble)
  }
  expect(valueOf('events.outbox.unsent')).toBe(3)
  expect(valueOf('events.outbox.oldest_age')).toBeGreaterThan(3_599)
  expect(valueOf('events.waiting')).toBe(2)
  expect(valueOf('events.dead_letters')).toBe(1)
  stopWatching()
  await bus.close()
})
