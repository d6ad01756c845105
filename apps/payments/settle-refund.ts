import { randomUUID } from 'node:crypto'
import { LockMode } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'
import type { NewEvent } from '../shared/events/events.ts'
import type { Idempotency } from '../shared/http/idempotency.ts'
import { publish } from '../shared/events/outbox.ts'
import type { PaymentsDeps } from './deps.ts'
import { type GatewayRefund, GatewayUnanswered } from './gateway.ts'
import { book } from './ledger.ts'
import { eventData, type Payment, PaymentEntity } from './payment.ts'
import { newRefund, type Refund, RefundEntity, refundView } from './refund.ts'
import type { RefundView } from './schemas.ts'

type Remember = Idempotency['remember']

/**
 * Has a refund done that is committed as `pending`, however often it is called, and stores what came of it.
 * @param remember stores the answer of a refund whose outcome is known
 */
export async function executeRefund(
  deps: PaymentsDeps,
  id: string,
  remember?: Remember,
): Promise<RefundView> {
  const [refund, payment] = await deps.database.transaction(em => refundWithPayment(em, id))
  if (refund.status === 'pending') {
    const outcome = await refunded(deps, refund, payment)
    if (!outcome) return refundView(refund, payment)
    return settleRefund(deps, id, outcome, remember)
  }
  const view = refundView(refund, payment)
  if (remember) await deps.database.transaction(em => remember(em, 201, view))
  return view
}

async function refunded(
  { gateway, log }: PaymentsDeps,
  { id, amountCents }: Refund,
  { id: key, chargeId, currency }: Payment,
): Promise<GatewayRefund | undefined> {
  if (!chargeId) throw new Error(`payment ${key} has no charge that could be given back`)
  try {
    return await gateway.refund({ key: id, charge: { id: chargeId, key }, amountCents, currency })
  } catch (error) {
    if (!(error instanceof GatewayUnanswered)) throw error
    log.warn({ err: error, refund_id: id }, 'a refund got no answer')
    return undefined
  }
}

const settleRefund = (
  { database, log }: PaymentsDeps,
  id: string,
  outcome: GatewayRefund,
  remember: Remember | undefined,
): Promise<RefundView> =>
  database.transaction(async em => {
    const [refund, payment] = await refundWithPayment(em, id, LockMode.PESSIMISTIC_WRITE)
    const events = refund.status === 'pending' ? await decide(em, refund, payment, outcome) : []
    if (refund.status === 'failed')
      log.error({ refund_id: id, reason: refund.reason }, 'the gateway refused a refund')
    const view = refundView(refund, payment)
    await em.flush()
    await remember?.(em, 201, view)
    await publish(em, ...events)
    return view
  })

/** The payment is locked before its refund, always. */
async function refundWithPayment(
  em: EntityManager,
  id: string,
  lockMode: LockMode.NONE | LockMode.PESSIMISTIC_WRITE = LockMode.NONE,
): Promise<[Refund, Payment]> {
  const { paymentId } = await em.findOneOrFail(RefundEntity, { id }, { fields: ['paymentId'] })
  const payment = await em.findOneOrFail(PaymentEntity, { id: paymentId }, { lockMode })
  return [await em.findOneOrFail(RefundEntity, { id }, { refresh: true }), payment]
}

async function decide(
  em: EntityManager,
  refund: Refund,
  payment: Payment,
  { id, status, reason }: GatewayRefund,
): Promise<NewEvent[]> {
  refund.gatewayRefundId = id
  refund.processedAt = new Date()
  if (status === 'failed') {
    refund.status = 'failed'
    refund.reason = reason
    payment.refundedCents -= refund.amountCents
    return []
  }
  refund.status = 'completed'
  return given(em, refund, payment)
}

/** Books a refund that was done and tells of it. */
async function given(em: EntityManager, refund: Refund, payment: Payment): Promise<NewEvent[]> {
  await em.flush()
  const [row]: { cents: number }[] = await em.execute(
    `select sum(amount_cents)::float8 as cents from refunds where payment_id = ? and status = 'completed'`,
    [payment.id],
  )
  const refundedCents = row?.cents ?? 0
  if (payment.status === 'completed' && refundedCents === payment.amountCents)
    payment.status = 'refunded'
  await book(em, 'refund', refund.id, payment, -refund.amountCents)
  const data = {
    ...eventData(payment),
    amount_cents: refund.amountCents,
    refund_id: refund.id,
    refunded_cents: refundedCents,
  }
  return [{ type: 'payment.refunded', subjectId: payment.id, data }]
}

/** A refund that somebody made at the gateway without us. The payment must be locked. */
export async function adoptRefund(
  em: EntityManager,
  payment: Payment,
  amountCents: number,
): Promise<NewEvent[]> {
  const start = { id: randomUUID(), amountCents, cause: 'gateway' as const, requestedBy: null }
  const refund = em.create(RefundEntity, newRefund(payment, start))
  refund.status = 'completed'
  refund.processedAt = new Date()
  return given(em, refund, payment)
}
