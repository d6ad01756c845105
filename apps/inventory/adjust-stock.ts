import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Database } from '../shared/database/database.ts'
import { AppError, notFound } from '../shared/http/errors.ts'
import { creating, type Idempotency } from '../shared/http/idempotency.ts'
import { currentRequest } from '../shared/http/request-context.ts'
import { storesEvents } from '../shared/events/stored-events.ts'
import { type AdjustmentCreate, type AdjustmentView, MAX_STOCK } from './schemas.ts'

interface NewAdjustment extends z.output<typeof AdjustmentCreate> {
  /** User id of the admin. */
  adjustedBy: string
}

/** One of these members; null without such a product. */
type Outcome = {
  refused?: { on_hand: number; available: number }
  adjustment?: Omit<AdjustmentView, 'available'>
} | null

/**
 * Changes what is on hand, and notes by whom and why.
 * @param key of a request that may be sent again
 * @throws {AppError} 404, 409 when less would be there than orders hold, or more than can be counted
 */
export const adjustStock = (
  database: Database,
  productId: string,
  { delta, reason, adjustedBy }: NewAdjustment,
  lowStockAt: number,
  key?: Idempotency,
): Promise<AdjustmentView> =>
  creating('adjustments_pkey', () =>
    database.transaction(async em => {
      const values = [
        ...[key?.id ?? randomUUID(), productId, delta, reason, adjustedBy, MAX_STOCK, lowStockAt],
        currentRequest()?.traceparent ?? null,
      ]
      storesEvents(em)
      const rows: { outcome: Outcome }[] = await em.execute(
        'select adjust_stock(?, ?, ?, ?, ?, ?, ?, ?) as outcome',
        values,
      )
      const view = viewOf(delta, rows[0]?.outcome)
      await key?.remember(em, 201, view)
      return view
    }),
  )

function viewOf(delta: number, outcome: Outcome | undefined): AdjustmentView {
  if (outcome?.refused) throw refusal(delta, outcome.refused)
  if (!outcome?.adjustment) throw notFound('Product')
  const { on_hand, reserved, created_at } = outcome.adjustment
  return {
    ...outcome.adjustment,
    available: on_hand - reserved,
    created_at: new Date(created_at).toISOString(),
  }
}

const refusal = (delta: number, present: { on_hand: number; available: number }): AppError =>
  delta < 0
    ? new AppError(
        'not_available',
        409,
        `${-delta} can not be taken away: ${present.available} are available; orders hold the rest`,
        { extensions: { available: present.available } },
      )
    : new AppError(
        'too_much_stock',
        409,
        `${delta} can not be added to ${present.on_hand}: the most is ${MAX_STOCK}`,
        { extensions: { on_hand: present.on_hand } },
      )
