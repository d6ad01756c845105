import { describe, expect, test } from 'vitest'
import { stripeGateway, type StripeGateway } from './stripe.ts'
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
    act: async (key, approve) =>
      account.become(key, approve ? 'succeeded' : 'requires_payment_method'),
    settle: async key => account.become(key, 'succeeded'),
    close: async () => {
      await close()
      await mock?.stop()
      expect(problems()).toEqual([])
    },
  }
}
