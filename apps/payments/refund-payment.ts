import type { EntityManager } from '@mikro-orm/postgresql'
import type { z } from 'zod'
import type { Caller } from '../shared/auth/auth.ts'
import { isDuplicate } from '../shared/database/database-errors.ts'
import { AppError, notFound } from '../shared/http/errors.ts'
import type { Idempotency } from '../shared/http/idempotency.ts'
import { fromCents, toCents } from '../shared/money.ts'
import { paymentById } from './begin-payment.ts'
import type { PaymentsDeps } from './deps.ts'
import type { Payment } from './payment.ts'
import { newRefund, RefundEntity } from './refund.ts'
import type { RefundCreate, RefundView } from './schemas.ts'
import { lockedPayment } from './settle.ts'
import { executeRefund } from './settle-refund.ts'

type Given = z.output<typeof RefundCreate>

/**
 * Gives back a part of a payment, or all that is left. Its sum is taken from what is left before the gateway is asked,
 * so that refunds at the same time together never exceed the payment.
 * @throws {AppError} 404, 409 when there is not so much left
 */
export async function refundPayment(
  deps: PaymentsDeps,
  caller: Caller,
  paymentId: string,
  given: Given,
  idempotency: Idempotency,
): Promise<RefundView> {
  const { id, claim, remember } = idempotency
  if (!(await paymentById(deps, paymentId))) throw notFound('Payment')
  try {
    await deps.database.transaction(async em => {
      if (await em.findOne(RefundEntity, { id })) return // an earlier try has begun it
      const payment = await lockedPayment(em, paymentId)
      await begin(em, payment, given, { id, requestedBy: caller.id })
      await claim(em)
    })
  } catch (error) {
    if (!isDuplicate(error, 'refunds_pkey')) throw error // a twin has begun it
  }
  return executeRefund(deps, id, remember)
}

async function begin(
  em: EntityManager,
  payment: Payment,
  given: Given,
  who: { id: string; requestedBy: string },
): Promise<void> {
  if (payment.status !== 'completed')
    throw new AppError(
      'payment_not_completed',
      409,
      `The payment is ${payment.status}; only a completed one can be refunded`,
    )
  const left = payment.amountCents - payment.refundedCents
  const amountCents = given.amount === undefined ? left : toCents(given.amount)
  if (amountCents > left || left === 0)
    throw new AppError(
      'refund_exceeds_payment',
      409,
      `${fromCents(left)} ${payment.currency} of the payment are left to refund`,
      { extensions: { refundable_amount: fromCents(left) } },
    )
  const start = { ...who, amountCents, cause: 'requested' as const }
  em.create(RefundEntity, newRefund(payment, start))
  await em.flush()
}
