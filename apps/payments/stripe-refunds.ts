import type { Stripe } from 'stripe'
import type { GatewayRefund, RefundRequest } from './gateway.ts'
import { toStripeAmount } from './stripe-amounts.ts'
import { refusalOf } from './stripe-errors.ts'

/** Looks first whether it is there already: the idempotency key of one that is asked about days later is forgotten. */
export async function refundAtStripe(
  stripe: Stripe,
  { key, charge, amountCents, currency }: RefundRequest,
): Promise<GatewayRefund> {
  for await (const refund of stripe.refunds.list({ payment_intent: charge.id, limit: 100 }))
    if (refund.metadata?.['refund_id'] === key) return resultOf(refund)
  try {
    const made = await stripe.refunds.create(
      {
        payment_intent: charge.id,
        amount: toStripeAmount(amountCents, currency),
        metadata: { refund_id: key, payment_id: charge.key },
      },
      { idempotencyKey: `refund-${key}` },
    )
    return resultOf(made)
  } catch (error) {
    const reason = refusalOf(error)
    if (reason === undefined) throw error
    return { id: null, status: 'failed', reason }
  }
}

/** `pending`: Stripe has promised it and waits for a balance or a bank. */
const resultOf = ({ id, status, failure_reason: reason }: Stripe.Refund): GatewayRefund =>
  status === 'failed' || status === 'canceled'
    ? { id, status: 'failed', reason: reason ?? status }
    : { id, status: 'succeeded', reason: null }
