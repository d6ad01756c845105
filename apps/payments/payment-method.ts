import { randomUUID } from 'node:crypto'
import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { expiryText } from './expiry.ts'
import type { SavedCard } from './gateway.ts'
import type { PaymentMethodView } from './schemas.ts'

export const PaymentMethodEntity = defineEntity({
  name: 'PaymentMethod',
  tableName: 'payment_methods',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    type: p.enum(['card']),
    gateway: p.text(),
    token: p.text(),
    customer: p.text().nullable(),
    brand: p.text(),
    last4: p.text(),
    expiryMonth: p.integer(),
    expiryYear: p.integer(),
    isDefault: p.boolean(),
    createdAt: p.datetime(),
    deletedAt: p.datetime().nullable(),
  },
})

export type PaymentMethod = InferEntity<typeof PaymentMethodEntity>

export const newPaymentMethod = (
  card: SavedCard,
  owner: Pick<PaymentMethod, 'userId' | 'gateway' | 'isDefault'>,
) => ({
  id: randomUUID(),
  type: 'card' as const,
  ...card,
  ...owner,
  createdAt: new Date(),
  deletedAt: null,
})

/** Payments go on pointing at it. */
export function withdraw(method: PaymentMethod): void {
  method.isDefault = false
  method.deletedAt = new Date()
}

export const paymentMethodView = (method: PaymentMethod): PaymentMethodView => ({
  id: method.id,
  user_id: method.userId,
  type: method.type,
  brand: method.brand,
  last4: method.last4,
  expiry_date: expiryText({ month: method.expiryMonth, year: method.expiryYear }),
  is_default: method.isDefault,
  created_at: method.createdAt.toISOString(),
})
