import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../shared/database/migrations.ts'
import { testDatabase, type TestDatabase } from '../../shared/testing/test-database.ts'
import { RULES } from './rules.ts'

const migrationsOf = (service: string) =>
  join(import.meta.dirname, '..', '..', service, 'migrations')

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase('payments', migrationsOf('payments'))
  const url = new URL(database.url)
  url.username += '_notifications'
  const other = { service: 'notifications', url: url.href, adminUrl: database.adminUrl }
  await migrate(
    { ...other, iam: false, folder: migrationsOf('notifications') },
    pino({ level: 'silent' }),
  )
})
afterAll(() => database?.close())

const broken = async (rule: string): Promise<string[]> => {
  const found = RULES.find(other => other.rule === rule)
  if (!found) throw new Error(`there is no rule "${rule}"`)
  return (await database.query<object>(found.broken)).map(row => String(Object.values(row)[0]))
}

/** Messages in the order in which they came, each with a text of its own. */
async function told(kinds: readonly string[], causeOfRefund?: string) {
  const [user, order, payment] = [randomUUID(), randomUUID(), randomUUID()]
  await database.query('insert into notifications.recipients (user_id) values ($1)', [user])
  for (const [index, kind] of kinds.entries())
    await database.query(
      `insert into notifications.messages (id, user_id, number, kind, title, body, data)
        values ($1, $2, $3, $4, 'About your order', $5, jsonb_build_object('order_id', $6::text))`,
      [randomUUID(), user, index + 1, kind, `Text ${index}`, order],
    )
  if (causeOfRefund !== undefined) {
    await database.query(
      `insert into payments.payments (id, order_id, user_id, payment_method_id, amount_cents,
        currency, status, gateway, created_at, ask_at)
        values ($1, $2, $3, $4, 500, 'USD', 'refunded', 'sandbox', now(), now())`,
      [payment, order, user, randomUUID()],
    )
    await database.query(
      `insert into payments.refunds (id, payment_id, amount_cents, status, cause, created_at, ask_at)
        values ($1, $2, 500, 'completed', $3, now(), now())`,
      [randomUUID(), payment, causeOfRefund],
    )
  }
  const found = await broken('no buyer is told the same thing about an order twice')
  return found.filter(text => text.includes(user) && text.includes(order))
}

const CANCELLED = 'order_cancelled'

test('one message of each kind breaks no rule', async () => {
  expect(await told(['order_placed', 'order_paid', CANCELLED])).toEqual([])
})

test.for(['order_placed', 'order_paid', CANCELLED])(
  'two messages "%s" break the rule, though their texts differ',
  async kind => {
    expect(await told([kind, kind])).toEqual([expect.stringContaining(`${kind} of order`)])
  },
)

test.for(['order_cancelled', 'late_charge'])(
  'a second message of the cancellation is allowed where a charge went back because of "%s", a third one is not',
  async cause => {
    expect(await told([CANCELLED, CANCELLED], cause)).toEqual([])
    expect(await told([CANCELLED, CANCELLED, CANCELLED], cause)).toEqual([
      expect.stringContaining('3 times'),
    ])
    expect(await told(['order_paid', 'order_paid'], cause)).toHaveLength(1)
  },
)

test.for(['requested', 'gateway'])(
  'a refund because of "%s" allows no second message of a cancellation',
  async cause => {
    expect(await told([CANCELLED, CANCELLED], cause)).toHaveLength(1)
  },
)
