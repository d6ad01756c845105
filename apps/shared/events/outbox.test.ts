import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type EventDatabase, eventDatabase, idOf, stockChanged } from '../bus/testing-database.ts'
import { parseEvent } from './events.ts'
import { outboxLag, pruneOutbox, publish } from './outbox.ts'
import { withRequest } from '../http/request-context.ts'

let shop: EventDatabase
beforeAll(async () => {
  shop = await eventDatabase('inventory', [])
})
afterAll(() => shop?.close())
beforeEach(() => shop.arranged.query('truncate inventory.outbox, inventory.outbox_subjects'))

const stored = () =>
  shop.arranged.query<{ envelope: unknown; id: string }>(
    'select id, envelope from inventory.outbox order by id',
  )
const numbers = async () =>
  (await stored()).map(({ envelope }) => {
    const parsed = parseEvent(envelope)
    if (!parsed.ok) throw new Error(parsed.reason)
    return `${Number(parsed.event.subject.id.slice(-4))}:${parsed.event.sequence}`
  })

test('a published event is stored as an envelope that consumers can read', async () => {
  const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
  const [published] = await withRequest({ requestId: 'r', traceparent, startedAt: 0 }, () =>
    shop.database.transaction(em => publish(em, stockChanged(1, 7))),
  )
  const [row] = await stored()
  expect(row?.envelope).toEqual(published)
  expect(parseEvent(row?.envelope)).toEqual({
    ok: true,
    event: {
      id: row?.id,
      type: 'stock.changed',
      version: 1,
      occurred_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      traceparent,
      subject: { type: 'stock', id: idOf(1) },
      sequence: 1,
      data: { product_id: idOf(1), on_hand: 7, reserved: 0, available: 7 },
    },
  })
  expect(row?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
})

test('text with what SQL reads as a parameter or a quote arrives unchanged', async () => {
  const name = `50? 'or' "so" \\ $1 :x \u{1F600}`
  await shop.database.transaction(em =>
    publish(em, {
      type: 'user.registered',
      subjectId: idOf(9),
      data: { user_id: idOf(9), email: 'a?b@c.test', full_name: name },
    }),
  )
  const [row] = await stored()
  expect(row?.envelope).toMatchObject({ data: { full_name: name, email: 'a?b@c.test' } })
})

test('numbers of a subject have no gaps when many publish at once and some roll back', async () => {
  const one = async (index: number) =>
    shop.database.transaction(async em => {
      await publish(em, stockChanged(1, index))
      if (index % 3 === 0) throw new Error('rolled back')
    })
  const results = await Promise.allSettled(Array.from({ length: 30 }, (_, index) => one(index)))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20)
  expect((await numbers()).toSorted((a, b) => Number(a.slice(2)) - Number(b.slice(2)))).toEqual(
    Array.from({ length: 20 }, (_, index) => `1:${index + 1}`),
  )
})

test('calls that hand over the same subjects in another order do not deadlock', async () => {
  const forth = [1, 2, 3, 4, 5].map(number => stockChanged(number, 1))
  const back = forth.toReversed()
  await Promise.all(
    Array.from({ length: 20 }, async (_, index) =>
      shop.database.transaction(em => publish(em, ...(index % 2 ? forth : back))),
    ),
  )
  expect(await numbers()).toHaveLength(100)
})

test('events of one call about one subject are numbered in their order', async () => {
  const [first, second] = await shop.database.transaction(em =>
    publish(em, stockChanged(2, 5), stockChanged(2, 4)),
  )
  expect([first?.sequence, second?.sequence]).toEqual([1, 2])
  expect(first?.data).toMatchObject({ available: 5 })
})

test('data that is not what the type declares is refused and the transaction with it', async () => {
  const wrong = stockChanged(1, -1)
  await expect(
    shop.database.transaction(async em => {
      await em.execute(`insert into effects values ('kept?')`)
      await publish(em, wrong)
    }),
  ).rejects.toThrow('event stock.changed: data on_hand (too_small), available (too_small)')
  expect(await shop.arranged.query('select from inventory.effects')).toEqual([])
})

test('the relay is told of events when they are committed, and of nothing else', async () => {
  let rung = 0
  shop.database.onEvents(() => void rung++)
  await shop.database.transaction(async em => {
    await publish(em, stockChanged(1, 1))
    expect(rung).toBe(0)
  })
  expect(rung).toBe(1)
  await shop.database.transaction(em => em.execute(`insert into effects values ('no event')`))
  await shop.database
    .transaction(async em => {
      await publish(em, stockChanged(2, 1))
      throw new Error('taken back')
    })
    .catch(() => {})
  expect(rung).toBe(1)
  await shop.database.rows({ name: 'storing', text: 'select 1 as one', storesEvents: true }, [])
  await shop.database.rows({ name: 'reading', text: 'select 1 as one' }, [])
  expect(rung).toBe(2)
})

test('lag counts what is not sent, and pruning takes what was sent long enough ago', async () => {
  await shop.database.transaction(em =>
    publish(em, ...[1, 2, 3].map(number => stockChanged(number, 1))),
  )
  await shop.arranged.query(
    `update inventory.outbox set created_at = now() - interval '90 s' where envelope->'subject'->>'id' = $1`,
    [idOf(1)],
  )
  const lag = await outboxLag(shop.database)
  expect(lag.waiting).toBe(3)
  expect(Math.round(lag.oldestSeconds / 10)).toBe(9)
  await shop.arranged.query(
    `update inventory.outbox set sent_at = now() - case when envelope->'subject'->>'id' = $1
      then interval '25 h' else interval '23 h' end`,
    [idOf(1)],
  )
  expect(await pruneOutbox(shop.database, 1)).toBe(1)
  expect(await numbers()).toEqual(['2:1', '3:1'])
  expect(await outboxLag(shop.database)).toEqual({ waiting: 0, oldestSeconds: 0 })
})
