import { randomUUID } from 'node:crypto'
import { LockMode } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'
import type { NewEvent } from '../shared/events/events.ts'
import type { Idempotency } from '../shared/http/idempotency.ts'
import { publish } from '../shared/events/outbox.ts'
import type { PaymentsDeps } from './deps.ts'
import type { Charge } from './gateway.ts'
import { book } from './ledger.ts'
import {
  complete,
  eventData,
  fail,
  type Payment,
  PaymentEntity,
  paymentView,
  takeBack,
} from './payment.ts'
import { newRefund, type RefundCause, RefundEntity } from './refund.ts'
import { adoptRefund } from './settle-refund.ts'

type Deps = Pick<PaymentsDeps, 'database' | 'log'>
type Remember = Idempotency['remember']

/**
 * Makes the table say what the gateway says, whatever it said before: state, ledger, event and the answer under the
 * idempotency key in one transaction. Doing it again changes nothing.
 * @param remember stores the answer of a payment whose outcome is known
 */
export const settle = (
  deps: Deps,
  id: string,
  charge: Charge,
  remember?: Remember,
): Promise<Payment> =>
  deps.database.transaction(async em => {
    const payment = await lockedPayment(em, id)
    requireSameSum(payment, charge)
    const events = await outcomeOf(deps, em, payment, charge)
    await em.flush()
    if (payment.status !== 'pending') await remember?.(em, 201, paymentView(payment))
    await publish(em, ...events)
    return payment
  })

export async function lockedPayment(em: EntityManager, id: string): Promise<Payment> {
  const payment = await em.findOne(PaymentEntity, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE })
  if (payment) return payment
  throw new Error(`there is no payment ${id}`)
}

function requireSameSum(payment: Payment, charge: Charge): void {
  if (payment.amountCents === charge.amountCents && payment.currency === charge.currency) return
  throw new Error(
    `payment ${payment.id} is over ${payment.amountCents} cents ${payment.currency}, its charge over ${charge.amountCents} cents ${charge.currency}`,
  )
}

function outcomeOf(
  deps: Deps,
  em: EntityManager,
  payment: Payment,
  charge: Charge,
): Promise<NewEvent[]> {
  switch (charge.status) {
    case 'succeeded':
      return charged(deps, em, payment, charge)
    case 'failed':
    case 'cancelled':
      return notCharged(deps, em, payment, charge)
    case 'processing':
    case 'needs_action':
      if (payment.status === 'pending') {
        payment.chargeId = charge.id
        payment.actionUrl = charge.actionUrl
      }
      return Promise.resolve([])
  }
}

async function charged(
  { log }: Deps,
  em: EntityManager,
  payment: Payment,
  charge: Charge,
): Promise<NewEvent[]> {
  if (payment.status === 'pending') {
    complete(payment, charge)
    await book(em, 'charge', payment.id, payment, payment.amountCents)
    if (payment.isUnwanted) refundAll(em, payment, 'order_cancelled')
    return [{ type: 'payment.completed', subjectId: payment.id, data: eventData(payment) }]
  }
  if (payment.status === 'failed') {
    if (payment.refundedCents > 0) return [] // it was given back already
    log.error({ payment_id: payment.id }, 'a failed payment was charged; it is given back')
    payment.chargeId = charge.id
    await book(em, 'charge', payment.id, payment, payment.amountCents)
    refundAll(em, payment, 'late_charge')
    return []
  }
  const outside = charge.refundedCents - payment.refundedCents
  return outside > 0 ? adoptRefund(em, payment, outside) : []
}

async function notCharged(
  { log }: Deps,
  em: EntityManager,
  payment: Payment,
  charge: Charge,
): Promise<NewEvent[]> {
  const reason = charge.reason ?? (payment.isUnwanted ? 'order_cancelled' : 'not_charged')
  if (payment.status === 'pending') fail(payment, charge, reason)
  else if (payment.status === 'completed') {
    log.error({ payment_id: payment.id }, 'a completed payment is not at the gateway; it is undone')
    takeBack(payment, reason)
    await book(em, 'reversal', payment.id, payment, -payment.amountCents)
  } else return []
  const data = { ...eventData(payment), reason }
  return [{ type: 'payment.failed', subjectId: payment.id, data }]
}

/** Whoever settles does it, or the next who looks. */
function refundAll(em: EntityManager, payment: Payment, cause: RefundCause): void {
  const amountCents = payment.amountCents - payment.refundedCents
  if (amountCents === 0) return
  const start = { id: randomUUID(), amountCents, cause, requestedBy: null }
  em.create(RefundEntity, newRefund(payment, start))
}

/**
 * What is left of a payment goes back, because its order can't take it. A pending payment is not wanted any more.
 * @returns whether there is something to do at the gateway
 */
export async function giveBack(em: EntityManager, id: string): Promise<boolean> {
  const payment = await lockedPayment(em, id)
  if (payment.status === 'pending') payment.isUnwanted = true
  else if (payment.status === 'completed') refundAll(em, payment, 'order_cancelled')
  else return false
  payment.askAt = new Date()
  return true
}
