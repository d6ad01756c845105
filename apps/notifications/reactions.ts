import type { EntityManager } from '@mikro-orm/postgresql'
import type { Reactions } from '../shared/bus/reactions.ts'
import type { EventOf } from '../shared/events/events.ts'
import type manifest from './manifest.ts'
import type { Content, Kind } from './kinds.ts'
import { notify, type NotifyDeps } from './notify.ts'
import { adminIds, forgetRecipient, storeContact } from './recipients.ts'

export interface ReactionDeps extends NotifyDeps {
  /** There may be something to send. */
  ring: () => void
  /** Tells the push service to forget the apps of a user. */
  forgetEndpoints: (endpoints: readonly string[]) => Promise<void>
}

/**
 * Each event leaves rows: messages, and deliveries that a sender takes up after the commit. Nothing is sent from within
 * a transaction, which may be rolled back.
 */
export function reactions(deps: ReactionDeps): Reactions<typeof manifest> {
  const after = async () => deps.ring()
  const tell = async <K extends Kind>(
    em: EntityManager,
    event: EventOf,
    kind: K,
    userId: string,
    content: Content<K>,
    expiresAt?: string,
  ) => {
    await notify(em, deps, {
      ...{ eventId: event.id, userId, kind, content },
      ...(expiresAt !== undefined && { expiresAt }),
    })
    return after
  }
  return {
    'user.registered': async (em, event) => {
      await storeContact(em, event)
      return tell(em, event, 'welcome', event.data.user_id, {})
    },
    'user.changed': async (em, event) => {
      await storeContact(em, event)
      return after
    },
    'user.deleted': async (em, event) => {
      const endpoints = await forgetRecipient(em, event.data.user_id)
      return () => deps.forgetEndpoints(endpoints)
    },
    'user.password-reset-requested': async (em, event) => {
      await storeContact(em, event)
      const { user_id, expires_at } = event.data
      return tell(em, event, 'password_reset', user_id, event.data, expires_at)
    },
    'user.email-verification-requested': async (em, event) => {
      await storeContact(em, event)
      const { user_id, expires_at } = event.data
      return tell(em, event, 'email_verification', user_id, event.data, expires_at)
    },
    'order.placed': async (em, event) =>
      tell(em, event, 'order_placed', event.data.user_id, event.data),
    'order.paid': async (em, event) =>
      tell(em, event, 'order_paid', event.data.user_id, event.data),
    'order.shipped': async (em, event) =>
      tell(em, event, 'order_shipped', event.data.user_id, event.data),
    'order.delivered': async (em, event) =>
      tell(em, event, 'order_delivered', event.data.user_id, event.data),
    'order.cancelled': async (em, event) =>
      tell(em, event, 'order_cancelled', event.data.user_id, event.data),
    'order.refunded': async (em, event) =>
      tell(em, event, 'order_refunded', event.data.user_id, event.data),
    'payment.failed': async (em, event) =>
      tell(em, event, 'payment_failed', event.data.user_id, event.data),
    'stock.low': async (em, event) => {
      for (const user_id of await adminIds(em))
        await tell(em, event, 'low_stock', user_id, event.data)
      return after
    },
  }
}
