import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { fromCents } from '../shared/money.ts'
import { ASK_AFTER_MS, type Payment } from './payment.ts'
import type { RefundView } from './schemas.ts'

const REFUND_STATUSES = ['pending', 'completed', 'failed'] as const
/** Who wanted it; `gateway`: somebody made it there. */
const CAUSES = ['requested', 'order_cancelled', 'late_charge', 'gateway'] as const
export type RefundCause = (typeof CAUSES)[number]

export const RefundEntity = defineEntity({
  name: 'Refund',
  tableName: 'refunds',
  properties: {
    id: p.uuid().primary(),
    paymentId: p.uuid(),
    amountCents: p.bigint('number'),
    status: p.enum(REFUND_STATUSES),
    cause: p.enum(CAUSES),
    reason: p.text().nullable(),
    requestedBy: p.uuid().nullable(),
    gatewayRefundId: p.text().nullable(),
    createdAt: p.datetime(),
    processedAt: p.datetime().nullable(),
    askAt: p.datetime(),
    asked: p.integer(),
  },
})

export type Refund = InferEntity<typeof RefundEntity>

export interface RefundStart {
  id: string
  amountCents: number
  cause: RefundCause
  requestedBy: string | null
}

/** Takes its sum from what is left of the payment. The payment must be locked. */
export function newRefund(payment: Payment, start: RefundStart) {
  const now = new Date()
  payment.refundedCents += start.amountCents
  return {
    ...start,
    paymentId: payment.id,
    status: 'pending' as const,
    reason: null,
    gatewayRefundId: null,
    createdAt: now,
    processedAt: null,
    askAt: new Date(now.getTime() + ASK_AFTER_MS),
    asked: 0,
  }
}

export const refundView = (
  refund: Refund,
  { currency }: Pick<Payment, 'currency'>,
): RefundView => ({
  id: refund.id,
  payment_id: refund.paymentId,
  amount: fromCents(refund.amountCents),
  currency,
  status: refund.status,
  failure_reason: refund.reason ?? null,
  created_at: refund.createdAt.toISOString(),
  processed_at: refund.processedAt?.toISOString() ?? null,
})
