import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ChargeRequest } from './gateway.ts'
import { stripeGateway } from './stripe.ts'
import { gatewayContract, type GatewayUnderTest } from './testing/gateway-contract.ts'
import { hasStripeMock, startStripeMock, type StripeMock } from './testing/stripe-mock.ts'
import { stripeStandIn } from './testing/stripe-stand-in.ts'

const OPTIONS = {
  secretKey: 'sk_test_123',
  webhookSecret: 'whsec_test',
  publicUrl: 'https://shop.test',
}

describe('Stripe as a gateway, against a stand-in', () => gatewayContract(() => openStripe()))

/** The same once more, and the specification of Stripe looks at every request and answer. */
describe.skipIf(!hasStripeMock())('[needs stripe-mock] Stripe as a gateway', () =>
  gatewayContract(async () => openStripe(await startStripeMock())),
)

async function openStripe(mock?: StripeMock): Promise<GatewayUnderTest> {
  const { url, account, problems, close } = await stripeStandIn(mock)
  return {
    gateway: stripeGateway({ ...OPTIONS, apiUrl: url }),
    tokens: {
      good: 'tok_visa',
      declined: 'tok_chargeDeclined',
      poor: 'tok_chargeDeclinedInsufficientFunds',
      needsAction: 'tok_threeDSecure2Required',
      unanswered: 'tok_unanswered',
      late: 'tok_late',
      lost: 'tok_lost',
    },
    act: (key, approve) =>
      Promise.resolve(account.become(key, approve ? 'succeeded' : 'requires_payment_method')),
    settle: key => Promise.resolve(account.become(key, 'succeeded')),
    close: async () => {
      await close()
      await mock?.stop()
      expect(problems()).toEqual([])
    },
  }
}

describe('Stripe in particular', () => {
  async function opened() {
    const standIn = await stripeStandIn()
    const gateway = stripeGateway({ ...OPTIONS, apiUrl: standIn.url })
    const card = await gateway.tokenise(
      { token: 'tok_visa' },
      { userId: randomUUID(), customer: null },
    )
    const request: ChargeRequest = {
      ...{ key: randomUUID(), card, amountCents: 4_250, currency: 'USD' },
      about: { orderId: randomUUID(), userId: randomUUID(), paymentMethodId: randomUUID() },
      ...{ madeAt: new Date(), chargeId: null },
    }
    return { standIn, gateway, request }
  }

  test('a charge is found by its payment when Stripe has forgotten the key, and not made again', async () => {
    const { standIn, gateway, request } = await opened()
    const { id } = await gateway.charge(request)
    standIn.forgetKeys()
    const old = { ...request, madeAt: new Date(Date.now() - 25 * 3_600_000) }
    expect(await gateway.find(old)).toMatchObject({ id, status: 'succeeded' })
    expect(await gateway.cancel(old)).toMatchObject({ id, status: 'succeeded' })
    expect(standIn.account.intents.size).toBe(1)
    await standIn.close()
  })

  test('a refund that is asked about when its key is forgotten is found, and not made again', async () => {
    const { standIn, gateway, request } = await opened()
    const { id } = await gateway.charge(request)
    const refund = { key: randomUUID(), amountCents: 100, currency: 'USD' }
    const charge = { id: id ?? '', key: request.key }
    const first = await gateway.refund({ ...refund, charge })
    standIn.forgetKeys()
    expect(await gateway.refund({ ...refund, charge })).toEqual(first)
    expect(standIn.account.refunds).toHaveLength(1)
    await standIn.close()
  })

  test('a sum that Stripe does not take is a charge that failed, with the reason', async () => {
    const { standIn, gateway, request } = await opened()
    const small = { ...request, amountCents: 49 }
    const failed = { id: null, status: 'failed', reason: 'amount_too_small' }
    expect(await gateway.charge(small)).toMatchObject(failed)
    expect(await gateway.find(small)).toMatchObject(failed)
    expect(await gateway.cancel(small)).toMatchObject(failed)
    await standIn.close()
  })

  test('yen have no hundredths there', async () => {
    const { standIn, gateway, request } = await opened()
    const charge = await gateway.charge({ ...request, currency: 'JPY', amountCents: 50_000 })
    expect(charge).toMatchObject({ amountCents: 50_000, currency: 'JPY' })
    expect([...standIn.account.intents.values()][0]).toMatchObject({ amount: 500, currency: 'jpy' })
    await standIn.close()
  })

  test.each([
    ['sk_test_1', 'stripe-test'],
    ['sk_live_1', 'stripe-live'],
    ['rk_live_1', 'stripe-live'],
  ])(
    'what is made with %s belongs to %s: the other mode knows nothing of it',
    (secretKey, name) => {
      expect(stripeGateway({ ...OPTIONS, secretKey, apiUrl: 'https://stripe.test' }).name).toBe(
        name,
      )
    },
  )
})
