import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type EventDatabase, eventDatabase, stockChanged } from '../bus/testing-database.ts'
import type { EventOf } from './events.ts'
import { type Effect, pruneInbox, receive, unlessStale } from './inbox.ts'
import { publish } from './outbox.ts'

let shop: EventDatabase
beforeAll(async () => {
  shop = await eventDatabase('products', [])
})
afterAll(() => shop?.close())
beforeEach(() =>
  shop.arranged.query('truncate products.inbox, products.inbox_subjects, products.effects'),
)

type Stock = EventOf<'stock.changed'>

/** Events about one product, oldest first. */
const stockEvents = async (product: number, count: number) =>
  (await shop.database.transaction(em =>
    publish(em, ...Array.from({ length: count }, (_, index) => stockChanged(product, index))),
  )) as Stock[]

const note: Effect<'stock.changed'> = async (em, event, { isStale }) =>
  em.execute('insert into effects values (?)', [`${event.sequence}${isStale ? ' stale' : ''}`])

const effects = async () =>
  (await shop.arranged.query<{ note: string }>('select note from products.effects')).map(
    row => row.note,
  )

test('an event that comes many times at once is effective once', async () => {
  const [event] = await stockEvents(1, 1)
  const results = await Promise.all(
    Array.from({ length: 6 }, async () => receive(shop.database, 'products', event!, note)),
  )
  expect(results.toSorted()).toEqual(['effective', 'seen', 'seen', 'seen', 'seen', 'seen'])
  expect(await effects()).toHaveLength(1)
})

test('each consumer has its own effect of an event', async () => {
  const [event] = await stockEvents(2, 1)
  await receive(shop.database, 'products', event!, note)
  expect(await receive(shop.database, 'products.search', event!, note)).toBe('effective')
})

test('an effect that fails leaves nothing, and the event is effective when it comes again', async () => {
  const [event] = await stockEvents(3, 1)
  const failing = receive(shop.database, 'products', event!, async (em, given, arrival) => {
    await note(em, given, arrival)
    throw new Error('afterwards')
  })
  await expect(failing).rejects.toThrow('afterwards')
  expect(await effects()).toEqual([])
  expect(await receive(shop.database, 'products', event!, note)).toBe('effective')
})

test('an event that a newer one has overtaken is marked, or left alone where the effect says so', async () => {
  const [first, second, third] = await stockEvents(4, 3)
  for (const event of [second, first, third]) await receive(shop.database, 'products', event!, note)
  expect(await effects()).toEqual(['2', '1 stale', '3'])
  for (const event of [second, first, third])
    await receive(shop.database, 'other', event!, unlessStale(note))
  expect((await effects()).slice(3)).toEqual(['2', '3'])
})

test('ids are forgotten after their time', async () => {
  const events = await stockEvents(5, 2)
  for (const event of events) await receive(shop.database, 'products', event, note)
  await shop.arranged.query(
    `update products.inbox set received_at = now() - interval '31 d' where event_id = $1`,
    [events[0]!.id],
  )
  expect(await pruneInbox(shop.database, 30)).toBe(1)
  expect(await receive(shop.database, 'products', events[1]!, note)).toBe('seen')
})

test('what an effect returns runs once, after the commit', async () => {
  const [event] = await stockEvents(6, 1)
  const seen: string[][] = []
  const effect: typeof note = async (em, arrived, arrival) => {
    await note(em, arrived, arrival)
    return async () => void seen.push(await effects())
  }
  await receive(shop.database, 'products', event!, effect)
  await receive(shop.database, 'products', event!, effect)
  expect(seen).toEqual([['1']])
})
