import { randomUUID } from 'node:crypto'
import { Stripe } from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pruneWebhookMessages } from './webhook.ts'
import {
  eventTypes,
  find,
  newOrder,
  newPayment,
  ok,
  openShop,
  post,
  refund,
  type Shop,
} from './testing.ts'
import { stripeStandIn, type StripeStandIn } from './testing/stripe-stand-in.ts'

const SECRET = 'whsec_of_the_test'
const { webhooks } = new Stripe('sk_test_123')

let stripe: StripeStandIn
let shop: Shop
beforeAll(async () => {
  stripe = await stripeStandIn()
  shop = await openShop(
    { stripeUrl: stripe.url },
    { kind: 'stripe', secretKey: 'sk_test_123', webhookSecret: SECRET },
  )
})
afterAll(async () => {
  await shop?.close()
  await stripe?.close()
})

interface Sending {
  id?: string
  secret?: string
  /** Seconds ago. */
  age?: number
  /** What is sent in place of what was signed. */
  tampered?: (body: string) => string
  signature?: string
}

/** A message of Stripe about a payment. */
async function send(paymentId: string, sending: Sending = {}) {
  const { id = `evt_${randomUUID()}`, secret = SECRET, age = 0, tampered = body => body } = sending
  const payload = JSON.stringify({
    ...{ id, object: 'event', api_version: '2026-10-28.endive', created: 1, livemode: false },
    type: 'payment_intent.succeeded',
    data: { object: { object: 'payment_intent', metadata: { payment_id: paymentId } } },
  })
  const timestamp = Math.floor(Date.now() / 1000) - age
  const signature =
    sending.signature ?? webhooks.generateTestHeaderString({ payload, secret, timestamp })
  return shop.payments.call('/payments/webhooks/stripe', {
    method: 'POST',
    body: tampered(payload),
    headers: { 'content-type': 'application/json', 'stripe-signature': signature },
  })
}

/** A payment that Stripe is still working on. */
async function processed(): Promise<string> {
  const payment = await newPayment(shop, 'tok_late')
  expect(payment.status).toBe('pending')
  return payment.id
}

test('Stripe charges, declines and asks for action as it should', async () => {
  expect(await newPayment(shop)).toMatchObject({ status: 'completed' })
  expect(await newPayment(shop, 'tok_chargeDeclined')).toMatchObject({
    ...{ status: 'failed', failure_reason: 'card_declined' },
  })
  expect(await newPayment(shop, 'tok_threeDSecure2Required')).toMatchObject({
    ...{ status: 'pending', action_url: 'https://hooks.stripe.com/3d' },
  })
})

test('a number becomes a token of Stripe in the first call', async () => {
  const answer = await shop.payments.call('/payment-methods', {
    json: { card_number: '5555555555554444', expiry_date: '04/39' },
    token: shop.buyer,
  })
  expect(ok(201, answer).body).toMatchObject({ brand: 'mastercard', last4: '4444' })
})

test('a signed message makes a payment what it is at Stripe by then', async () => {
  const id = await processed()
  expect(await send(id)).toMatchObject({ status: 200, body: { received: true } })
  expect(await find(shop, id)).toMatchObject({ status: 'pending' }) // it says so itself
  stripe.account.become(id, 'succeeded')
  ok(200, await send(id))
  expect(await find(shop, id)).toMatchObject({ status: 'completed' })
  expect(await eventTypes(shop, id)).toEqual(['payment.completed'])
})

test('what the bank refuses fails, and the order may be paid by another card', async () => {
  const payment = await newPayment(shop, 'tok_threeDSecure2Required')
  stripe.account.become(payment.id, 'requires_payment_method')
  ok(200, await send(payment.id))
  expect(await find(shop, payment.id)).toMatchObject({
    ...{ status: 'failed', failure_reason: 'payment_intent_authentication_failure' },
    action_url: null,
  })
})

test('a message that comes twice is looked at once', async () => {
  const id = await processed()
  const message = `evt_${randomUUID()}`
  ok(200, await send(id, { id: message }))
  stripe.account.become(id, 'succeeded')
  ok(200, await send(id, { id: message }))
  expect(await find(shop, id)).toMatchObject({ status: 'pending' })
})

test.each<[string, Sending]>([
  ['signed by somebody else', { secret: 'whsec_of_another' }],
  ['signed six minutes ago', { age: 360 }],
  ['changed after it was signed', { tampered: body => body.replace('succeeded', 'canceled') }],
  ['without signature', { signature: '' }],
  ['with nonsense for a signature', { signature: 't=1,v1=2' }],
])('a message %s is refused and changes nothing', async (_, sending) => {
  const id = await processed()
  stripe.account.become(id, 'succeeded')
  expect(await send(id, sending)).toMatchObject({
    status: 400,
    body: { code: 'signature_invalid' },
  })
  expect(await find(shop, id)).toMatchObject({ status: 'pending' })
})

test('a message four minutes old is in time', async () => {
  ok(200, await send(await processed(), { age: 240 }))
})

test("a message about what is not ours is taken, so that Stripe doesn't send it for days", async () => {
  ok(200, await send(randomUUID()))
  ok(200, await send('not a payment'))
})

test('while Stripe does not answer a message is refused, and works when it is sent again', async () => {
  const id = await processed()
  stripe.account.become(id, 'succeeded')
  const message = { id: `evt_${randomUUID()}` }
  stripe.setDown(true)
  const refused = await send(id, message).finally(() => stripe.setDown(false))
  expect(refused.status).toBe(503)
  ok(200, await send(id, message))
  expect(await find(shop, id)).toMatchObject({ status: 'completed' })
})

test('while Stripe does not answer a payment is pending, and its key finds it later', async () => {
  const given = await newOrder(shop)
  const key = randomUUID()
  stripe.setDown(true)
  const first = await post(shop, given, { key }).finally(() => stripe.setDown(false))
  expect(first).toMatchObject({ status: 201, body: { status: 'pending' } })
  expect(ok(201, await post(shop, given, { key })).body).toMatchObject({
    ...{ id: first.body.id, status: 'completed' },
  })
})

test('a card can not be saved while Stripe does not answer', async () => {
  stripe.setDown(true)
  const answer = await shop.payments
    .call('/payment-methods', { json: { token: 'tok_visa' }, token: shop.buyer })
    .finally(() => stripe.setDown(false))
  expect(answer.status).toBe(503)
})

test('refunds go to Stripe, parts and the rest', async () => {
  const { id } = await newPayment(shop)
  ok(201, await refund(shop, id, { amount: 10 }))
  expect(ok(201, await refund(shop, id)).body).toMatchObject({ status: 'completed', amount: 849 })
  expect(
    stripe.account.refunds.filter(({ metadata }) => metadata['payment_id'] === id),
  ).toHaveLength(2)
})

test('old messages are forgotten', async () => {
  await shop.database.query(
    `insert into payments.webhook_messages select n::text, now() - interval '8 days' from generate_series(1, 1500) n`,
  )
  expect(await pruneWebhookMessages(shop.deps.database)).toBe(1500)
})

test('a shop without Stripe has no webhook', async () => {
  const other = await openShop()
  const answer = await other.payments.call('/payments/webhooks/stripe', { json: {} })
  expect(answer.status).toBe(404)
  await other.close()
})
