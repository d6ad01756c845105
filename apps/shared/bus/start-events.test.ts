import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Effect } from '../events/inbox.ts'
import { defineService } from '../manifest.ts'
import { publish } from '../events/outbox.ts'
import { currentRequest, withRequest } from '../http/request-context.ts'
import type { Kit } from '../process/run.ts'
import type { Reactions } from './reactions.ts'
import { startEvents } from './start-events.ts'
import { type EventDatabase, eventDatabase, stockChanged } from './testing-database.ts'

const inventory = defineService({
  name: 'inventory',
  description: 'Publishes',
  routes: [],
  needs: { database: true },
  publishes: ['stock.changed', 'stock.low'],
})
const products = defineService({
  name: 'products',
  description: 'Consumes',
  routes: [],
  needs: { database: true },
  consumes: ['stock.changed'],
})

const log = pino({ level: 'silent' })
let publisher: EventDatabase
let consumer: EventDatabase
beforeAll(async () => {
  publisher = await eventDatabase('inventory', [])
  consumer = await eventDatabase('products', products.consumes, publisher)
})
afterAll(async () => {
  await consumer?.close()
  await publisher?.close()
})
beforeEach(async () => {
  await publisher.arranged.query(
    'truncate inventory.outbox, inventory.outbox_subjects, products.inbox, products.inbox_subjects, products.effects',
  )
})

const note: Effect<'stock.changed'> = async (em, event) =>
  em.execute('insert into effects values (?)', [
    `${Number(event.subject.id.slice(-4))}:${event.sequence}`,
  ])

/** Starts a service's events as its `start.ts` does. */
async function started<M extends typeof inventory | typeof products>(
  manifest: M,
  { config, database }: EventDatabase,
  reactions: Reactions<M>,
): Promise<{ stop: () => Promise<void> }> {
  const closers: (() => Promise<void> | void)[] = []
  const kit = {
    config,
    log,
    onClose: (_: string, close: () => Promise<void> | void) => closers.unshift(close),
  } as unknown as Kit<M>
  await startEvents({ manifest, kit, database, reactions, serving: { retrySeconds: 1 } })
  return {
    stop: async () => {
      for (const close of closers) await close()
    },
  }
}
const consuming = (effect: Effect<'stock.changed'>) =>
  started(products, consumer, { 'stock.changed': effect })
const publishing = () => started(inventory, publisher, {})

const store = (...numbers: number[]) =>
  publisher.database.transaction(em =>
    publish(em, ...numbers.map(number => stockChanged(number, 7))),
  )
const effects = async () =>
  (
    await consumer.arranged.query<{ note: string }>(
      'select note from products.effects order by note',
    )
  ).map(row => row.note)
const unsent = async () =>
  (await publisher.arranged.query('select from inventory.outbox where sent_at is null')).length
const UNTIL = { timeout: 30_000, interval: 50 }

test('an event reaches its consumer and is effective once, whoever started first', async () => {
  const second = await publishing()
  await store(1)
  await vi.waitFor(async () => expect(await unsent()).toBe(0), UNTIL)
  const first = await consuming(note)
  await store(2, 3)
  await vi.waitFor(async () => expect(await effects()).toEqual(['1:1', '2:1', '3:1']), UNTIL)
  await vi.waitFor(async () => expect(await unsent()).toBe(0), UNTIL)
  await Promise.all([first.stop(), second.stop()])
})

test('an event that two relays and two consumers have in hand is effective once', async () => {
  const all = await Promise.all([consuming(note), consuming(note), publishing(), publishing()])
  const numbers = Array.from({ length: 150 }, (_, index) => index + 1)
  for (const number of numbers) await store(number)
  await vi.waitFor(async () => expect(await effects()).toHaveLength(150), UNTIL)
  // Handed over once more, as after a crash between the bus and the note that it was sent.
  await publisher.arranged.query(`
    update inventory.outbox set sent_at = null;
    delete from bus.job where name = 'products'`)
  await vi.waitFor(async () => expect(await unsent()).toBe(0), UNTIL)
  await store(151)
  await vi.waitFor(async () => expect(await effects()).toContain('151:1'), UNTIL)
  await vi.waitFor(
    async () =>
      expect(
        await consumer.arranged.query(
          `select from bus.job where name = 'products' and state in ('created', 'retry', 'active')`,
        ),
      ).toHaveLength(0),
    UNTIL,
  )
  expect(await effects()).toHaveLength(151)
  await Promise.all(all.map(({ stop }) => stop()))
})

test('what a transaction that was rolled back published is never sent', async () => {
  const all = await Promise.all([consuming(note), publishing()])
  await publisher.database
    .transaction(async em => {
      await publish(em, stockChanged(1, 7))
      throw new Error('rolled back')
    })
    .catch(() => {})
  await store(2)
  await vi.waitFor(async () => expect(await effects()).toEqual(['2:1']), UNTIL)
  await Promise.all(all.map(({ stop }) => stop()))
})

test('an effect that fails is tried again', async () => {
  let tries = 0
  const failing: typeof note = async (...args) => {
    await note(...args)
    if (++tries < 2) throw new Error('not yet')
  }
  const all = await Promise.all([consuming(failing), publishing()])
  await store(1)
  await vi.waitFor(async () => expect(await effects()).toEqual(['1:1']), UNTIL)
  expect(tries).toBe(2)
  await Promise.all(all.map(({ stop }) => stop()))
})

test('an effect runs in the trace of what caused its event', async () => {
  const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
  let seen: string | undefined
  const all = await Promise.all([
    consuming(async (...args) => {
      seen = currentRequest()?.traceparent
      await note(...args)
    }),
    publishing(),
  ])
  await withRequest({ requestId: 'r', traceparent, startedAt: 0 }, () => store(1))
  await vi.waitFor(async () => expect(await effects()).toEqual(['1:1']), UNTIL)
  expect(seen).toBe(traceparent)
  await Promise.all(all.map(({ stop }) => stop()))
})

test('relay and consumer go on when their connections were cut', async () => {
  const all = await Promise.all([consuming(note), publishing()])
  await store(1)
  await vi.waitFor(async () => expect(await effects()).toEqual(['1:1']), UNTIL)
  await publisher.arranged.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  // Each dead connection of the publisher's pool fails once.
  await vi.waitFor(() => store(2), UNTIL)
  await vi.waitFor(async () => expect(await effects()).toEqual(['1:1', '2:1']), UNTIL)
  await Promise.all(all.map(({ stop }) => stop()))
})
