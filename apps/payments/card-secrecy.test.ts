import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isCardNumber } from './card-number.ts'
import { newPayment, ok, openShop, post, type Shop } from './testing.ts'

/** Good numbers that stand nowhere else. */
const NUMBERS = ['4929557318264190', '5425233430109903', '4716059283740165']
  .map(number => number.slice(0, -1))
  .map(
    start =>
      '0123456789'
        .split('')
        .map(digit => start + digit)
        .find(isCardNumber) ?? '',
  )
const EXPIRY = '04/39'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
  await useNumbers()
})
afterAll(() => shop?.close())

const save = (init: object) =>
  shop.payments.call('/payment-methods', { method: 'POST', token: shop.buyer, ...init })
const answers: string[] = []

/** Every way in which a number may come: right, wrong, twice, at the wrong place, while the database refuses. */
async function useNumbers(): Promise<void> {
  const [good = '', second = '', third = ''] = NUMBERS
  const headers = { 'content-type': 'application/json' }
  const tries = [
    { json: { card_number: good, expiry_date: EXPIRY, is_default: true } },
    { json: { card_number: good.replaceAll(/(.{4})/g, '$1 ').trim(), expiry_date: EXPIRY } },
    { json: { card_number: second, expiry_date: '04/2001' } },
    { json: { card_number: second, token: second, expiry_date: second, type: second } },
    { json: { card_number: third, expiry_date: EXPIRY, user_id: randomUUID() } },
    { json: [third] },
    { body: `{"card_number":"${third}",`, headers },
    { body: `card_number=${third}`, headers: { 'content-type': 'text/plain' } },
    { json: { card_number: third, expiry_date: EXPIRY }, token: 'none' },
  ]
  for (const init of tries) {
    const { body } = await save(init)
    answers.push(JSON.stringify(body))
  }
  await whileBroken('payment_methods', () =>
    save({ json: { card_number: third, expiry_date: EXPIRY } }),
  )
  await whileBroken('sandbox_cards', () =>
    save({ json: { card_number: third, expiry_date: EXPIRY } }),
  )
  const { body } = ok(201, await save({ json: { card_number: second, expiry_date: EXPIRY } }))
  const order = shop.orders.place(shop.buyerId)
  const given = {
    order_id: order.order_id,
    amount: 859,
    currency: 'USD',
    payment_method_id: body.id,
  }
  ok(201, await post(shop, given))
  await post(shop, { ...given, payment_method_id: third })
  await newPayment(shop)
}

async function whileBroken(table: string, act: () => Promise<{ status: number; body: unknown }>) {
  await shop.database.query(`alter table payments.${table} rename to gone`)
  const { status, body } = await act()
  await shop.database.query(`alter table payments.gone rename to ${table}`)
  expect(status).toBe(500)
  answers.push(JSON.stringify(body))
}

/** Whole, in groups, or all but the digits that may be shown. */
const traces = (text: string): string[] =>
  NUMBERS.filter(number => {
    const digits = text.replaceAll(/(\d)[ -](?=\d)/g, '$1')
    return digits.includes(number.slice(0, 12)) || digits.includes(number.slice(4))
  })

test('finds a number where there is one', () => {
  const [number = ''] = NUMBERS
  expect(traces(`x${number}y`)).toEqual([number])
  expect(traces(number.replaceAll(/(.{4})/g, '$1-'))).toEqual([number])
  expect(traces(number.slice(-4))).toEqual([])
})

test('no row of any table has it', async () => {
  const tables = await shop.database.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  )
  expect(tables.map(({ name }) => name)).toContain('payments.sandbox_cards')
  let rows = 0
  for (const { name } of tables) {
    const found = await shop.database.query<{ row: string }>(`select t::text as row from ${name} t`)
    rows += found.length
    for (const { row } of found) expect([name, traces(row)]).toEqual([name, []])
  }
  expect(rows).toBeGreaterThan(20)
})

test('no statement that the database remembers has it', async () => {
  const found = await shop.database.query<{ query: string }>('select query from pg_stat_activity')
  for (const { query } of found) expect(traces(query ?? '')).toEqual([])
})

test('no log line has it', () => {
  const lines = shop.payments.logs().map(line => JSON.stringify(line))
  expect(lines.filter(line => line.includes('unexpected error'))).toHaveLength(2)
  for (const line of lines) expect(traces(line)).toEqual([])
})

test('no answer has it', async () => {
  expect(answers.length).toBeGreaterThan(10)
  for (const answer of answers) expect(traces(answer)).toEqual([])
  const { body } = await shop.payments.call('/payment-methods', { token: shop.buyer })
  expect(traces(JSON.stringify(body))).toEqual([])
})

test('no report of a crash has it', () => {
  const report = JSON.stringify(process.report.getReport(new Error('crashed')))
  expect(report.length).toBeGreaterThan(1000)
  expect(traces(report)).toEqual([])
})
