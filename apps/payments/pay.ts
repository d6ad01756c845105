import type { z } from 'zod'
import type { Caller } from '../shared/auth/auth.ts'
import type { Idempotency } from '../shared/http/idempotency.ts'
import { charge } from './ask-gateway.ts'
import { beginPayment, paymentById } from './begin-payment.ts'
import type { PaymentsDeps } from './deps.ts'
import { runDueRefunds } from './due-refunds.ts'
import { paymentView } from './payment.ts'
import type { PaymentCreate, PaymentView } from './schemas.ts'
import { settle } from './settle.ts'

/**
 * Pays an order in three steps, so that a process which dies between any two leaves what the next try, or the
 * reconciliation, can go on from: the payment is committed, then charged under its id, then decided together with its
 * event and the answer. An answer without outcome is not remembered: the same key asks again.
 * @throws {AppError} 404, 409, 422
 */
export async function pay(
  deps: PaymentsDeps,
  caller: Caller,
  given: z.output<typeof PaymentCreate>,
  idempotency: Idempotency,
): Promise<PaymentView> {
  const { id, remember } = idempotency
  const payment = await beginPayment(deps, caller, given, idempotency)
  if (payment.status !== 'pending') {
    const view = paymentView(payment)
    await deps.database.transaction(em => remember(em, 201, view))
    return view
  }
  const outcome = await charge(deps, payment)
  const settled = outcome
    ? await settle(deps, id, outcome, remember)
    : ((await paymentById(deps, id)) ?? payment)
  if (settled.refundedCents > 0) await runDueRefunds(deps, [id])
  return paymentView(settled)
}
