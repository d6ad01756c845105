import type { EntityManager } from '@mikro-orm/postgresql'
import type { Order } from './order.ts'

export const STEPS = [
  'placed',
  'paid',
  'payment_failed',
  /** Charged though the order could not take it: to be given back. */
  'payment_returned',
  /** Money went back to the buyer without a change of the status: all of a payment, or a part. */
  'payment_refunded',
  'partly_refunded',
  'stock_lost',
  'cancelled',
  'shipped',
  'delivered',
  'refunded',
] as const
export type Step = (typeof STEPS)[number]

export const CAUSES = ['buyer', 'admin', 'payments', 'inventory', 'expiry'] as const

/** A person by a request, another service by an event, or this service because time was over. */
export type Cause =
  | { by: 'buyer' | 'admin'; actorId: string }
  | { by: 'payments' | 'inventory'; eventId: string }
  | { by: 'expiry' }

export interface NewStep {
  step: Step
  cause: Cause
  paymentId?: string
  /** In a few words, as the buyer may read it. */
  reason?: string
}

/** Adds to the order's history what has just happened to it. */
export async function noteStep(
  em: EntityManager,
  order: Order,
  { step, cause, paymentId, reason }: NewStep,
): Promise<void> {
  await em.execute(
    `insert into order_steps (order_id, step, status, cause, actor_id, event_id, payment_id, reason)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      order.id,
      step,
      order.status,
      cause.by,
      'actorId' in cause ? cause.actorId : null,
      'eventId' in cause ? cause.eventId : null,
      paymentId ?? null,
      reason ?? null,
    ],
  )
}
