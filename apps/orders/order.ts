import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { AppError } from '../shared/http/errors.ts'

export const STATUSES = [
  'pending',
  'paid',
  'shipped',
  'delivered',
  'cancelled',
  'refunded',
] as const
export type Status = (typeof STATUSES)[number]

export const OrderEntity = defineEntity({
  name: 'Order',
  tableName: 'orders',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    status: p.enum(STATUSES),
    totalCents: p.bigint('number'),
    currency: p.text(),
    expiresAt: p.datetime(),
    paymentId: p.uuid().nullable(),
    stockLost: p.boolean(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
})

export type Order = InferEntity<typeof OrderEntity>

/** Where an order may go from where it is. */
const NEXT: Record<Status, readonly Status[]> = {
  pending: ['paid', 'cancelled'],
  paid: ['shipped', 'refunded'],
  shipped: ['delivered'],
  delivered: [],
  cancelled: [],
  refunded: [],
}

/** What nobody sets by hand, and who makes it so. */
const MADE_BY_MONEY: Partial<Record<Status, string>> = {
  paid: 'an order is paid by POST /payments',
  refunded: 'an order is refunded by POST /payments/{payment_id}/refund',
}

/** @throws {AppError} 409 unless it is pending */
export function pay(order: Order, paymentId: string): void {
  go(order, 'paid')
  order.paymentId = paymentId
}

/** @throws {AppError} 409 unless it is pending */
export const cancel = (order: Order): void => go(order, 'cancelled')

/** @throws {AppError} 409 unless it is paid and its stock is there */
export function ship(order: Order): void {
  if (order.status === 'paid' && order.stockLost)
    throw new AppError(
      'stock_lost',
      409,
      'The order can not be shipped: its stock was sold before it was paid, and it is being refunded',
    )
  go(order, 'shipped')
}

/** @throws {AppError} 409 unless it is shipped */
export const deliver = (order: Order): void => go(order, 'delivered')

/** @throws {AppError} 409 unless it is paid */
export const refund = (order: Order): void => go(order, 'refunded')

/** It was paid, but there is nothing to ship. @throws {AppError} 409 unless it is paid and was not known to be lost */
export function loseStock(order: Order): void {
  if (order.status !== 'paid' || order.stockLost) throw illegal(order.status, 'refunded')
  order.stockLost = true
  order.updatedAt = new Date()
}

/** @throws {AppError} 409 for a status that a person can not give, whatever the order's is */
export function refuseMoneysStatus(order: Order, to: Status): void {
  const how = MADE_BY_MONEY[to]
  if (how === undefined) return
  throw new AppError(
    'status_follows_payment',
    409,
    `The status "${to}" can not be set: ${how}. ${allowedFrom(order.status)}`,
    { extensions: stepsOf(order.status) },
  )
}

function go(order: Order, to: Status): void {
  if (!NEXT[order.status].includes(to)) throw illegal(order.status, to)
  order.status = to
  order.updatedAt = new Date()
}

/** A step that the order's status does not allow; the legal ones are in the message and in `allowed`. */
export const illegal = (from: Status, to: Status): AppError =>
  new AppError(
    'illegal_step',
    409,
    `The order is ${from} and can not become ${to}. ${allowedFrom(from)}`,
    {
      extensions: stepsOf(from),
    },
  )

const stepsOf = (from: Status) => ({ order_status: from, allowed: NEXT[from] })

const allowedFrom = (from: Status): string =>
  NEXT[from].length === 0
    ? 'It stays as it is'
    : `It can become ${NEXT[from]
        .map(to => (MADE_BY_MONEY[to] === undefined ? to : `${to} (${MADE_BY_MONEY[to]})`))
        .join(' or ')}`
