import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Bus, Undeliverable } from '../../shared/bus/bus.ts'
import { openPostgresBus } from '../../shared/bus/postgres-bus.ts'
import type { Envelope } from '../../shared/events/events.ts'
import { defineService } from '../../shared/manifest.ts'
import { migrationsFolder } from '../../shared/testing/migrations-folder.ts'
import { testDatabase, type TestDatabase } from '../../shared/testing/test-database.ts'
import type { EventsCommand } from './options.ts'
import { runEvents } from './run-events.ts'

const log = pino({ level: 'silent' })
const describing = { description: 'd', routes: [] }
const inventory = defineService({
  ...describing,
  name: 'inventory',
  publishes: ['stock.changed'],
})
const products = defineService({ ...describing, name: 'products', consumes: ['stock.changed'] })
const users = defineService({ ...describing, name: 'users' })
const manifests = [inventory, products, users]
const productId = '0198f3a0-0000-7000-8000-000000000001'
const event = (id: string, version = 1): Envelope => ({
  id,
  type: 'stock.changed',
  version,
  occurred_at: new Date().toISOString(),
  traceparent: null,
  subject: { type: 'stock', id: productId },
  sequence: 1,
  data: { product_id: productId, on_hand: 1, reserved: 0, available: 1 },
})
const KNOWN = '0198f3a0-0000-7000-8000-00000000000a'
const STRANGE = '0198f3a0-0000-7000-8000-00000000000b'

let database: TestDatabase
let bus: Bus
beforeAll(async () => {
  const template = join(import.meta.dirname, '../../shared/events/event-tables.sql')
  await using folder = await migrationsFolder({ '0001-e.sql': await readFile(template, 'utf8') })
  database = await testDatabase('inventory', folder.path)
  bus = openPostgresBus({
    consumer: 'products',
    consumes: ['stock.changed'],
    url: database.adminUrl,
    log,
  })
})
afterAll(async () => {
  await bus?.close()
  await database?.close()
})
const run = async (command: EventsCommand, isRunning = true) =>
  (await runEvents({ command, manifests, adminUrl: database.adminUrl, isRunning, log })).join('\n')
const deadLetters = () => run({ name: 'dead-letters', consumers: [products] })

test('before anything happened there are no dead letters, and nothing waits', async () => {
  expect(await deadLetters()).toBe('products: no dead letters')
  expect(await run({ name: 'redrive', consumer: products, ids: 'all' })).toBe(
    'products gets 0 events again',
  )
  expect(await run({ name: 'lag' })).toBe(
    [
      'service    unsent waiting    dead',
      'inventory       0       -       -',
      'products        -       0       0',
    ].join('\n'),
  )
})

test('dead letters are listed with id, time, type and reason, and without their data', async () => {
  await bus.publish([event(KNOWN), event(STRANGE, 9)])
  const stop = bus.subscribe(async () => {
    throw new Undeliverable('the shelf is broken')
  })
  await vi.waitFor(async () => expect((await bus.lag()).deadLetters).toBe(2), 30_000)
  await stop()
  const shown = await deadLetters()
  expect(shown).toMatch(/^products: 2 dead letters\n/)
  expect(shown).toMatch(
    new RegExp(`\\n {2}[0-9a-f-]{36} {2}20\\d\\d-\\S+Z {2}stock\\.changed ${KNOWN}\\n`),
  )
  expect(shown).toContain('stock.changed has version 9; this service understands 1\n')
  expect(shown).toContain('\n    Undeliverable: the shelf is broken')
  expect(shown).not.toContain(productId)
})

test('one that is named, or all, go to their consumer again', async () => {
  const [letter] = await bus.deadLetters()
  const { id } = letter!
  const unknown = '0198f3a0-0000-7000-8000-00000000000c'
  expect(await run({ name: 'redrive', consumer: products, ids: [id, unknown] })).toBe(
    'products gets 1 event again\n1 of the ids are no dead letters of products',
  )
  expect(await run({ name: 'redrive', consumer: products, ids: 'all' }, false)).toBe(
    'products gets 1 event again when it runs',
  )
  expect(await run({ name: 'lag' })).toMatch(/products +- +2 +0$/)
})
