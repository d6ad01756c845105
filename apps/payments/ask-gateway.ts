import { notFound } from '../shared/http/errors.ts'
import { paymentById } from './begin-payment.ts'
import type { PaymentsDeps } from './deps.ts'
import { type Charge, type ChargeRequest, GatewayUnanswered } from './gateway.ts'
import type { Payment } from './payment.ts'
import { PaymentMethodEntity } from './payment-method.ts'
import { settle } from './settle.ts'

/** Always the same for a payment, whoever asks and when. */
export async function requestOf(
  { database }: PaymentsDeps,
  payment: Payment,
): Promise<ChargeRequest> {
  const { id, paymentMethodId, amountCents, currency, orderId, userId, createdAt } = payment
  const card = await database.transaction(em =>
    em.findOne(PaymentMethodEntity, { id: paymentMethodId }),
  )
  return {
    ...{ key: id, amountCents, currency, madeAt: createdAt, chargeId: payment.chargeId ?? null },
    // A payment that was made again from the gateway's list is asked about by its charge.
    card: { token: card?.token ?? '', customer: card?.customer ?? null },
    about: { orderId, userId, paymentMethodId },
  }
}

/** Charges once, however often it is called. Undefined: nobody knows what happened. */
export async function charge(deps: PaymentsDeps, payment: Payment): Promise<Charge | undefined> {
  if (payment.amountCents === 0) return nothingToCharge(payment)
  try {
    return await deps.gateway.charge(await requestOf(deps, payment))
  } catch (error) {
    if (!(error instanceof GatewayUnanswered)) throw error
    deps.log.warn({ err: error, payment_id: payment.id }, 'a charge got no answer')
    return undefined
  }
}

/**
 * Asks the gateway what became of a payment, and makes the table say the same. A charge that nobody wants any more, or
 * that was never made, is ended there first: then no request that is still on its way can charge.
 * @param endsUnmade whether a charge that the gateway knows nothing of is ended; not while its request may be under way
 */
export async function clarify(
  deps: PaymentsDeps,
  id: string,
  endsUnmade: boolean,
): Promise<Payment> {
  const payment = await paymentById(deps, id)
  if (!payment) throw notFound('Payment')
  const outcome =
    payment.amountCents === 0
      ? nothingToCharge(payment)
      : await outcomeAt(deps, payment, endsUnmade)
  return outcome ? settle(deps, id, outcome) : payment
}

async function outcomeAt(
  deps: PaymentsDeps,
  payment: Payment,
  endsUnmade: boolean,
): Promise<Charge | undefined> {
  const { gateway } = deps
  const request = await requestOf(deps, payment)
  const isPending = payment.status === 'pending'
  if (isPending && payment.isUnwanted) return gateway.cancel(request)
  const found = await gateway.find(request)
  if (found) return found
  if (isPending) return endsUnmade ? gateway.cancel(request) : undefined
  // What is decided here and unknown there can't be found any more, or never was.
  return payment.status === 'completed' ? missing(payment) : undefined
}

const nothingToCharge = ({ id, currency, isUnwanted }: Payment): Charge => ({
  ...{ id: null, key: id, reason: null, actionUrl: null, amountCents: 0, refundedCents: 0 },
  currency,
  status: isUnwanted ? 'cancelled' : 'succeeded',
})

const missing = ({ id, amountCents, currency }: Payment): Charge => ({
  ...{ id: null, key: id, status: 'failed', reason: 'not_at_gateway', actionUrl: null },
  ...{ amountCents, currency, refundedCents: 0 },
})
