import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { fromCents } from '../shared/money.ts'
import type { NewEvent } from '../shared/events/events.ts'
import type { Charge } from './gateway.ts'
import { PAYMENT_STATUSES, type PaymentView } from './schemas.ts'

export const PaymentEntity = defineEntity({
  name: 'Payment',
  tableName: 'payments',
  properties: {
    id: p.uuid().primary(),
    orderId: p.uuid(),
    userId: p.uuid(),
    paymentMethodId: p.uuid(),
    amountCents: p.bigint('number'),
    currency: p.text(),
    status: p.enum(PAYMENT_STATUSES),
    reason: p.text().nullable(),
    gateway: p.text(),
    chargeId: p.text().nullable(),
    actionUrl: p.text().nullable(),
    isUnwanted: p.boolean(),
    refundedCents: p.bigint('number'),
    createdAt: p.datetime(),
    processedAt: p.datetime().nullable(),
    askAt: p.datetime(),
    asked: p.integer(),
  },
})

export type Payment = InferEntity<typeof PaymentEntity>

export type PaymentStart = Pick<
  Payment,
  'id' | 'orderId' | 'userId' | 'paymentMethodId' | 'amountCents' | 'currency' | 'gateway'
>

/** When others look what became of a request, which has its answer by then unless its process died. */
export const ASK_AFTER_MS = 5_000

/** Before the gateway is asked. */
export function newPayment(start: PaymentStart) {
  const now = new Date()
  return {
    ...start,
    status: 'pending' as const,
    reason: null,
    chargeId: null,
    actionUrl: null,
    isUnwanted: false,
    refundedCents: 0,
    createdAt: now,
    processedAt: null,
    askAt: new Date(now.getTime() + ASK_AFTER_MS),
    asked: 0,
  }
}

/** @throws Error from any other status than `pending` */
export function complete(payment: Payment, charge: Pick<Charge, 'id'>): void {
  requirePending(payment)
  payment.status = 'completed'
  payment.chargeId = charge.id
  payment.actionUrl = null
  payment.processedAt = new Date()
}

/** @throws Error from any other status than `pending` */
export function fail(payment: Payment, charge: Pick<Charge, 'id'>, reason: string): void {
  requirePending(payment)
  payment.status = 'failed'
  payment.reason = reason
  payment.chargeId = charge.id
  payment.actionUrl = null
  payment.processedAt = new Date()
}

/** The gateway does not have what it said it had. @throws Error from any other status than `completed` */
export function takeBack(payment: Payment, reason: string): void {
  if (payment.status !== 'completed') throw illegal(payment, 'taken back')
  payment.status = 'failed'
  payment.reason = reason
}

function requirePending(payment: Payment): void {
  if (payment.status !== 'pending') throw illegal(payment, 'decided')
}

const illegal = ({ id, status }: Payment, done: string): Error =>
  new Error(`payment ${id} is ${status} and can't be ${done}`)

export const paymentView = (payment: Payment): PaymentView => ({
  id: payment.id,
  order_id: payment.orderId,
  amount: fromCents(payment.amountCents),
  currency: payment.currency,
  payment_method_id: payment.paymentMethodId,
  status: payment.status,
  failure_reason: payment.reason ?? null,
  action_url: payment.actionUrl ?? null,
  refunded_amount: fromCents(payment.refundedCents),
  created_at: payment.createdAt.toISOString(),
  processed_at: payment.processedAt?.toISOString() ?? null,
})

/** What every event about a payment says. */
export const eventData = (payment: Payment): NewEvent<'payment.completed'>['data'] => ({
  payment_id: payment.id,
  order_id: payment.orderId,
  user_id: payment.userId,
  amount_cents: payment.amountCents,
  currency: payment.currency,
})
