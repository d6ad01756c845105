import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PaymentMethodResponse } from './schemas.ts'
import { newCard, newPayment, ok, openShop, type Shop } from './testing.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.close())

const CARD = { type: 'card', card_number: '4242 4242 4242 4242', expiry_date: '04/39' }
const save = (json: unknown, token = shop.buyer) =>
  shop.payments.call('/payment-methods', { json, token })
const list = async (token = shop.buyer, query = '') =>
  ok(200, await shop.payments.call(`/payment-methods${query}`, { token })).body as {
    id: string
    is_default: boolean
  }[]
const remove = (id: string, token = shop.buyer) =>
  shop.payments.call(`/payment-methods/${id}`, { method: 'DELETE', token })

test('a card is kept as brand, last digits and expiry, and answered so', async () => {
  const { body } = ok(201, await save({ ...CARD, user_id: shop.buyerId, is_default: true }))
  expect(PaymentMethodResponse.strict().parse(body)).toMatchObject({
    ...{ user_id: shop.buyerId, type: 'card', brand: 'visa', last4: '4242' },
    ...{ expiry_date: '04/39', is_default: true },
  })
  const [row] = await shop.database.query<object>(
    'select * from payments.payment_methods where id = $1',
    [body.id],
  )
  expect(Object.keys(row ?? {}).sort()).toEqual([
    ...['brand', 'created_at', 'customer', 'deleted_at', 'expiry_month', 'expiry_year'],
    ...['gateway', 'id', 'is_default', 'last4', 'token', 'type', 'user_id'],
  ])
})

test('a token of the form in the browser does in place of a number', async () => {
  expect(ok(201, await save({ token: 'tok_visa' })).body).toMatchObject({ last4: '4242' })
})

const OVER = `${String(new Date().getMonth() + 1).padStart(2, '0')}/${new Date().getFullYear() - 1}`
test.each([
  ['a wrong check digit', 'card_number', { card_number: '4242424242424241' }],
  ['a number that is none', 'card_number', { card_number: 4242424242424242 }],
  ['neither number nor token', 'card_number', { card_number: undefined }],
  ['number and token', 'card_number', { token: 'tok_visa' }],
  ['a number as the token', 'token', { card_number: undefined, token: '4242424242424242' }],
  ['no expiry date', 'expiry_date', { expiry_date: undefined }],
  ['an expiry date that is none', 'expiry_date', { expiry_date: '2039-04' }],
  ['an expiry date in the past', 'expiry_date', { expiry_date: OVER }],
  ['another type', 'type', { type: 'cheque' }],
  ['a default that is none', 'is_default', { is_default: 'yes' }],
])('%s is refused, and no number is quoted', async (_, field, change) => {
  const { status, body } = await save({ ...CARD, ...change })
  expect([status, body.errors]).toMatchObject([422, [{ location: 'body', field }]])
  expect(JSON.stringify(body.errors)).not.toMatch(/4242|\d{5}/)
})

test('a card that the gateway does not take is refused with its reason', async () => {
  expect(await save({ token: 'tok_nobody_knows' })).toMatchObject({
    status: 422,
    body: { code: 'card_refused', detail: 'The card was refused: token_unknown' },
  })
})

test("another's user_id is refused", async () => {
  expect((await save({ ...CARD, user_id: randomUUID() })).status).toBe(403)
})

test('one card is the default: the last one that was said to be, however many at once', async () => {
  const token = await shop.issuer.token('buyer')
  ok(201, await save({ ...CARD, is_default: true }, token))
  const last = ok(201, await save({ ...CARD, is_default: true }, token)).body
  ok(201, await save(CARD, token))
  expect((await list(token)).filter(card => card.is_default)).toEqual([last])
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => save({ ...CARD, is_default: true }, token)),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201))
  const cards = await list(token)
  expect([cards.length, cards.filter(card => card.is_default).length]).toEqual([13, 1])
})

test('a buyer sees the own cards, an admin finds each, others find nothing', async () => {
  const id = await newCard(shop)
  const stranger = await shop.issuer.token('buyer')
  const get = async (token: string) =>
    (await shop.payments.call(`/payment-methods/${id}`, { token })).status
  expect([await get(shop.buyer), await get(shop.admin), await get(stranger)]).toEqual([
    200, 200, 404,
  ])
  expect((await list()).some(card => card.id === id)).toBe(true)
  expect(await list(stranger)).toEqual([])
  expect((await remove(id, stranger)).status).toBe(404)
})

test('a card that is deleted is gone and can not pay; its payments stay', async () => {
  const payment = await newPayment(shop)
  const id = payment.payment_method_id
  expect((await remove(id)).status).toBe(204)
  expect((await remove(id)).status).toBe(404)
  expect((await list()).some(card => card.id === id)).toBe(false)
  expect(
    await shop.database.query(
      'select from payments.sandbox_cards where token = (select token from payments.payment_methods where id = $1)',
      [id],
    ),
  ).toEqual([])
  const path = `/payments/${payment.id}`
  expect((await shop.payments.call(path, { token: shop.buyer })).body).toEqual(payment)
})

test('the default that is deleted leaves room for another', async () => {
  const token = await shop.issuer.token('buyer')
  const first = ok(201, await save({ ...CARD, is_default: true }, token)).body
  expect((await remove(first.id, token)).status).toBe(204)
  ok(201, await save({ ...CARD, is_default: true }, token))
  expect((await list(token)).filter(card => card.is_default)).toHaveLength(1)
})

test('the Link header leads through all cards once', async () => {
  const token = await shop.issuer.token('buyer')
  for (let n = 0; n < 5; n++) ok(201, await save(CARD, token))
  const seen: string[] = []
  let next: string | undefined = '/payment-methods?limit=2'
  while (next !== undefined) {
    const page = ok(200, await shop.payments.call(next, { token }))
    seen.push(...page.body.map(({ id }: { id: string }) => id))
    next = /^<([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1]
  }
  expect(seen).toEqual((await list(token)).map(({ id }) => id))
  expect((await shop.payments.call('/payment-methods?after=x', { token })).status).toBe(422)
})

describe('whoever tries many cards', () => {
  const tried = async (
    { payments }: Pick<Shop, 'payments'>,
    token: string | undefined,
    address: string,
    json: object = CARD,
  ) => {
    const { status, headers } = await payments.call('/payment-methods', {
      json,
      ...(token !== undefined && { token }),
      headers: { 'x-forwarded-for': address },
    })
    return [status, headers.get('ratelimit-remaining'), headers.get('retry-after') !== null]
  }
  const limited = async (settings: { cardsPerUser: number; cardsPerAddress: number }) => ({
    payments: await shop.another(settings),
  })

  test('is stopped as a user, from whatever address, and so is a refused card a try', async () => {
    const service = await limited({ cardsPerUser: 3, cardsPerAddress: 100 })
    const [thief, buyer] = [await shop.issuer.token('buyer'), await shop.issuer.token('buyer')]
    const wrong = { ...CARD, card_number: '4242424242424241' }
    expect(await tried(service, thief, '10.0.0.1', wrong)).toEqual([422, '2', false])
    expect(await tried(service, thief, '10.0.0.2')).toEqual([201, '1', false])
    expect(await tried(service, thief, '10.0.0.3')).toEqual([201, '0', false])
    expect(await tried(service, thief, '10.0.0.4')).toEqual([429, '0', true])
    expect(await tried(service, buyer, '10.0.0.4')).toEqual([201, '2', false])
  })

  test('is stopped at an address, as whatever user', async () => {
    const service = await limited({ cardsPerUser: 100, cardsPerAddress: 3 })
    const token = () => shop.issuer.token('buyer', randomUUID())
    expect(await tried(service, undefined, '10.0.0.1')).toEqual([401, '2', false])
    expect(await tried(service, await token(), '10.0.0.1')).toEqual([201, '1', false])
    expect(await tried(service, await token(), '10.0.0.1')).toEqual([201, '0', false])
    expect(await tried(service, await token(), '10.0.0.1')).toEqual([429, '0', true])
    expect(await tried(service, await token(), '10.0.0.2')).toEqual([201, '2', false])
  })
})
