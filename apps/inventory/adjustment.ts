import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { AdjustmentView } from './schemas.ts'

/** Written by the database's function `adjust_stock` alone. */
export const AdjustmentEntity = defineEntity({
  name: 'Adjustment',
  tableName: 'adjustments',
  properties: {
    id: p.uuid().primary(),
    productId: p.uuid(),
    delta: p.integer(),
    reason: p.text(),
    adjustedBy: p.uuid(),
    onHand: p.integer(),
    reserved: p.integer(),
    createdAt: p.datetime(),
  },
})

export type Adjustment = InferEntity<typeof AdjustmentEntity>

export const adjustmentView = (adjustment: Adjustment): AdjustmentView => ({
  id: adjustment.id,
  product_id: adjustment.productId,
  delta: adjustment.delta,
  reason: adjustment.reason,
  adjusted_by: adjustment.adjustedBy,
  on_hand: adjustment.onHand,
  reserved: adjustment.reserved,
  available: adjustment.onHand - adjustment.reserved,
  created_at: adjustment.createdAt.toISOString(),
})
