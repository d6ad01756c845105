import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  accountOf,
  customer,
  type Desk,
  openDesk,
  orderOf,
  type Person,
  stranger,
} from './testing.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

const list = async ({ token }: Person) =>
  (await desk.notifications.call('/notifications', { token })).body as { kind: string }[]
const kindsOf = async (person: Person) => (await list(person)).map(({ kind }) => kind)
const rowsOf = (table: string, { user_id }: Person) =>
  desk.database.query<{ row: string }>(
    `select it::text as row from notifications.${table} it where user_id = $1`,
    [user_id],
  )
const item = {
  ...{ product_id: randomUUID(), product_name: 'Walnut Desk', quantity: 2 },
  unit_price_cents: 1999,
}
const priced = { items: [item], total_cents: 3998, currency: 'USD' }

test('who registers is welcomed by mail and in the shop', async () => {
  const person = await customer(desk)
  const [mail] = await desk.sentTo(person.email)
  expect(mail).toMatchObject({ channel: 'email', subject: 'Welcome to Shop' })
  expect(mail?.text).toContain('Hello Ada Lovelace,')
  expect(await kindsOf(person)).toEqual(['welcome'])
})

test('each step of an order is told, once, with what the buyer must know', async () => {
  const person = await customer(desk)
  const order = orderOf(person)
  const payment = { payment_id: randomUUID(), amount_cents: 3998, currency: 'USD' }
  const { order_id, user_id } = order
  await desk.tell('order.placed', { ...order, ...priced, expires_at: '2026-11-25T14:30:00.000Z' })
  await desk.tell('payment.failed', { ...payment, order_id, user_id, reason: 'card_declined' })
  await desk.tell('order.paid', { ...order, ...priced, payment_id: payment.payment_id })
  await desk.tell('order.shipped', order)
  await desk.tell('order.delivered', order)
  await desk.tell('order.cancelled', { ...order, reason: 'requested', payment_id: null })
  await desk.tell('order.refunded', { ...order, amount_cents: 3998, currency: 'USD' })
  await desk.untilSent(person.email, 8)
  await desk.settled()
  const mails = await desk.sentTo(person.email)
  expect(mails.map(({ subject }) => subject.replace(order_id.slice(0, 8), 'X')).sort()).toEqual([
    'Refund for your order X',
    'The payment of your order X failed',
    'We have your order X',
    'Welcome to Shop',
    'Your order X has arrived',
    'Your order X is cancelled',
    'Your order X is on its way',
    'Your order X is paid',
  ])
  const about = (kind: string) => mails.find(({ subject }) => subject.includes(kind))?.text
  expect(about('We have')).toContain('2 × Walnut Desk: 39.98 USD')
  expect(about('failed')).toContain('(card declined)')
  expect((await kindsOf(person)).length).toBe(8)
})

test('an event that comes twice, to two instances, sends one message', async () => {
  await desk.another()
  const person = await customer(desk)
  const order = orderOf(person)
  const id = randomUUID()
  for (let i = 0; i < 6; i++) await desk.tell('order.shipped', order, { id })
  await desk.settled()
  expect(await desk.sentTo(person.email)).toHaveLength(2)
  expect(await kindsOf(person)).toEqual(['order_shipped', 'welcome'])
})

test('mail to somebody who is not known yet waits for the address', async () => {
  const person = await stranger(desk)
  await desk.tell('order.shipped', orderOf(person), { sequence: 4 })
  await desk.settled()
  expect(await rowsOf('deliveries', person)).toHaveLength(1)
  await desk.tell('user.changed', accountOf(person), { sequence: 2 })
  const [mail] = await desk.untilSent(person.email, 1)
  expect(mail?.subject).toMatch(/is on its way$/)
})

test('the newest contact counts, in whatever order the events come', async () => {
  const person = await stranger(desk)
  const moved = { ...person, email: `moved-${person.email}`, full_name: 'Ada King' }
  await desk.tell('user.changed', accountOf(moved), { sequence: 2 })
  await desk.settled()
  await desk.tell('user.registered', accountOf(person), { sequence: 1 })
  const [mail] = await desk.untilSent(moved.email, 1)
  expect(mail?.text).toContain('Hello Ada King,')
  expect(await desk.sentTo(person.email)).toEqual([])
})

test('the mail of a password reset holds the token, which is kept nowhere else afterwards', async () => {
  const person = await customer(desk)
  const token = `secret-${randomUUID()}`
  const expires_at = new Date(Date.now() + 1_800_000).toISOString()
  await desk.tell('user.password-reset-requested', { ...accountOf(person), token, expires_at })
  const mails = await desk.untilSent(person.email, 2)
  await desk.settled()
  expect(mails[1]?.text).toContain(token)
  for (const table of ['deliveries', 'messages'])
    for (const { row } of await rowsOf(table, person)) expect(row).not.toContain(token)
  expect(await kindsOf(person)).toEqual(['welcome'])
  expect(JSON.stringify(desk.notifications.logs())).not.toContain(token)
})

test('a token that has expired is not sent any more, and forgotten', async () => {
  const person = await customer(desk)
  const token = `late-${randomUUID()}`
  const expires_at = new Date(Date.now() - 1000).toISOString()
  await desk.tell('user.email-verification-requested', { ...accountOf(person), token, expires_at })
  await desk.settled()
  expect(await desk.sentTo(person.email)).toHaveLength(1)
  const rows = await rowsOf('deliveries', person)
  expect(rows.map(({ row }) => row).join()).toContain('it would have come too late')
  expect(rows.map(({ row }) => row).join()).not.toContain(token)
})

test('a deleted user leaves nothing behind, and later events bring nothing back', async () => {
  const person = await customer(desk)
  const { token, user_id } = person
  await desk.notifications.call('/notifications/devices', {
    ...{ token, json: { type: 'ios', token: 'app-token-0123456789' } },
  })
  await desk.notifications.call('/notifications/preferences', {
    ...{ method: 'PUT', token, json: { order_paid: { email: false } } },
  })
  await desk.tell('user.deleted', { user_id }, { sequence: 9 })
  await desk.settled()
  await desk.tell('user.changed', accountOf(person), { sequence: 8 })
  await desk.tell('order.shipped', orderOf(person))
  await desk.settled()
  for (const table of ['messages', 'devices', 'preferences', 'deliveries'])
    expect(await rowsOf(table, person)).toEqual([])
  const [row] = await rowsOf('recipients', person)
  expect(row?.row).not.toMatch(new RegExp(`${person.email}|Ada`))
  expect(await desk.sentTo(person.email)).toHaveLength(1)
  const refused = await desk.notifications.call('/notifications/devices', {
    ...{ token, json: { type: 'ios', token: 'app-token-0123456789' } },
  })
  expect(refused.status).toBe(401)
})

test('low stock is told to every admin and to nobody else', async () => {
  const [buyer, one, two] = [await customer(desk), await stranger(desk), await stranger(desk)]
  for (const admin of [one, two])
    await desk.tell('user.changed', { ...accountOf(admin), role: 'admin' })
  await desk.settled()
  await desk.tell('stock.low', { product_id: randomUUID(), available: 3, threshold: 5 })
  for (const admin of [one, two])
    expect((await desk.untilSent(admin.email, 1))[0]?.subject).toMatch(/^Low stock: 3 left/)
  await desk.settled()
  expect(await desk.sentTo(buyer.email)).toHaveLength(1)
})

test('what is written to the log names nobody', async () => {
  await desk.settled()
  expect(JSON.stringify(desk.notifications.logs())).not.toMatch(/@example\.com|Lovelace/)
})
