import type { Stripe } from 'stripe'
import type { Charge, ChargeRequest, ChargeStatus, ListedCharge } from './gateway.ts'
import { fromStripeAmount, toStripeAmount } from './stripe-amounts.ts'

/** What the payment intent of a payment is made with; always the same, or Stripe refuses the key's second use. */
export const intentOf = ({
  key,
  card,
  amountCents,
  currency,
  about,
}: ChargeRequest): Stripe.PaymentIntentCreateParams => ({
  amount: toStripeAmount(amountCents, currency),
  currency: currency.toLowerCase(),
  payment_method: card.token,
  allowed_payment_method_types: ['card'],
  ...(card.customer !== null && { customer: card.customer }),
  metadata: {
    payment_id: key,
    order_id: about.orderId,
    user_id: about.userId,
    payment_method_id: about.paymentMethodId,
  },
})

const STATUS: Record<Stripe.PaymentIntent.Status, ChargeStatus | undefined> = {
  succeeded: 'succeeded',
  processing: 'processing',
  requires_action: 'needs_action',
  // Its card was tried and refused: we never make one without a card.
  requires_payment_method: 'failed',
  canceled: 'cancelled',
  // Made, but nobody has tried to charge it.
  requires_confirmation: undefined,
  // We let Stripe capture by itself; whoever changed that in the dashboard must end it there.
  requires_capture: 'processing',
}

/** Undefined: nothing was charged yet. */
export function chargeOf(intent: Stripe.PaymentIntent): ListedCharge | undefined {
  const status = STATUS[intent.status]
  if (status === undefined) return undefined
  const currency = intent.currency.toUpperCase()
  const { latest_charge: latest, last_payment_error: problem, next_action: action } = intent
  const refunded = latest !== null && typeof latest === 'object' ? latest.amount_refunded : 0
  return {
    id: intent.id,
    key: intent.metadata['payment_id'] ?? '',
    status,
    reason: status === 'failed' ? reasonOf(problem) : null,
    actionUrl: action?.redirect_to_url?.url ?? null,
    amountCents: fromStripeAmount(intent.amount, currency),
    currency,
    refundedCents: fromStripeAmount(refunded, currency),
    about: aboutOf(intent.metadata),
  }
}

/** The more telling of Stripe's two codes. */
function reasonOf(problem: Stripe.PaymentIntent['last_payment_error']): string {
  const { code, decline_code: detail } = problem ?? {}
  return (detail === 'generic_decline' ? code : (detail ?? code)) ?? 'failed'
}

function aboutOf(metadata: Stripe.Metadata): ListedCharge['about'] {
  const { payment_id, order_id, user_id, payment_method_id } = metadata
  if (!payment_id || !order_id || !user_id || !payment_method_id) return undefined
  return { orderId: order_id, userId: user_id, paymentMethodId: payment_method_id }
}

/** A charge that Stripe refused before it made anything. */
export const refusedCharge = (request: ChargeRequest, reason: string): Charge => ({
  ...{ id: null, key: request.key, status: 'failed', reason, actionUrl: null, refundedCents: 0 },
  amountCents: request.amountCents,
  currency: request.currency,
})
