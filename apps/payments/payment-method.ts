import { defineEntity, type InferEntity, p } from '@mikro-orm/core'

export const PaymentMethodEntity = defineEntity({
  name: 'PaymentMethod',
  tableName: 'payment_methods',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    type: p.text(),
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
