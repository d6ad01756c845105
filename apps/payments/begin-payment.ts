import type { EntityManager } from '@mikro-orm/postgresql'
import type { z } from 'zod'
import type { Caller } from '../shared/auth/auth.ts'
import { isDuplicate } from '../shared/database/database-errors.ts'
import { AppError, notFound } from '../shared/http/errors.ts'
import type { Idempotency } from '../shared/http/idempotency.ts'
import { fromCents, toCents } from '../shared/money.ts'
import type { PaymentsDeps } from './deps.ts'
import type { OrderAnswer } from './orders-client.ts'
import { newPayment, type Payment, PaymentEntity } from './payment.ts'
import { PaymentMethodEntity } from './payment-method.ts'
import type { PaymentCreate } from './schemas.ts'

type Given = z.output<typeof PaymentCreate>

/**
 * The payment under this idempotency key: the one that an earlier try left, or a new one that is committed as `pending`
 * before anybody asks the gateway.
 * @throws {AppError} 404 for an order or a card of somebody else, 409 when the order can't be paid like this
 */
export async function beginPayment(
  deps: PaymentsDeps,
  caller: Caller,
  given: Given,
  { id, claim }: Pick<Idempotency, 'id' | 'claim'>,
): Promise<Payment> {
  const begun = await paymentById(deps, id)
  if (begun) return sameAs(begun, given)
  const order = await orderToPay(deps, caller, given)
  try {
    return await deps.database.transaction(async em => {
      await requireTime(em, order)
      await requireCard(em, deps, caller, given.payment_method_id)
      await claim(em)
      const start = {
        ...{ id, orderId: given.order_id, userId: caller.id, gateway: deps.gateway.name },
        ...{ amountCents: order.total_cents, currency: order.currency },
        paymentMethodId: given.payment_method_id,
      }
      const payment = em.create(PaymentEntity, newPayment(start))
      await em.flush()
      return payment
    })
  } catch (error) {
    if (isDuplicate(error, 'payments_live_key')) throw hasPayment(error)
    const twin = isDuplicate(error, 'payments_pkey') && (await paymentById(deps, id))
    if (twin) return sameAs(twin, given)
    throw error
  }
}

export const paymentById = ({ database }: Pick<PaymentsDeps, 'database'>, id: string) =>
  database.transaction(em => em.findOne(PaymentEntity, { id }))

function sameAs(payment: Payment, given: Given): Payment {
  const isSame =
    payment.orderId === given.order_id &&
    payment.paymentMethodId === given.payment_method_id &&
    payment.amountCents === toCents(given.amount) &&
    payment.currency === given.currency
  if (isSame) return payment
  throw new AppError(
    'idempotency_key_reused',
    422,
    'This Idempotency-Key was used for another payment; use a new one',
  )
}

async function orderToPay(
  { findOrder }: PaymentsDeps,
  caller: Caller,
  given: Given,
): Promise<OrderAnswer> {
  const order = await findOrder(given.order_id)
  if (!order || order.user_id !== caller.id) throw notFound('Order')
  if (order.status === 'cancelled')
    throw new AppError('order_cancelled', 409, 'The order was cancelled; place a new one')
  if (order.status !== 'pending')
    throw new AppError(
      'order_already_paid',
      409,
      `The order is ${order.status}; it needs no payment`,
    )
  if (toCents(given.amount) !== order.total_cents || given.currency !== order.currency) {
    const right = { amount: fromCents(order.total_cents), currency: order.currency }
    throw new AppError(
      'amount_differs',
      409,
      `The order costs ${right.amount} ${right.currency}, not ${given.amount} ${given.currency}`,
      { extensions: right },
    )
  }
  return order
}

/** By the database's clock, which all services share. */
async function requireTime(em: EntityManager, { expires_at }: OrderAnswer): Promise<void> {
  const [row]: { over: boolean }[] = await em.execute('select ?::timestamptz <= now() as over', [
    expires_at,
  ])
  if (row?.over !== false)
    throw new AppError('order_expired', 409, `The order expired at ${expires_at}; place a new one`)
}

async function requireCard(
  em: EntityManager,
  { gateway }: PaymentsDeps,
  caller: Caller,
  id: string,
): Promise<void> {
  const method = await em.findOne(PaymentMethodEntity, { id, userId: caller.id, deletedAt: null })
  if (!method) throw notFound('Payment method')
  if (method.gateway !== gateway.name)
    throw new AppError(
      'payment_method_unusable',
      409,
      'The payment method belongs to a gateway that is not in use any more; add the card again',
    )
}

const hasPayment = (cause: unknown): AppError =>
  new AppError(
    'order_has_payment',
    409,
    'The order is paid, or a payment of it is pending; look at GET /payments?order_id=...',
    { cause },
  )
