import type { EntityManager } from '@mikro-orm/postgresql'

const storing = new WeakSet<EntityManager>()

/**
 * To be said in a transaction that stores events by SQL of its own; `publish` says it by itself. When the transaction
 * has committed, the relay of this process is rung: a NOTIFY inside would let one transaction of the whole database
 * commit at a time.
 */
export const storesEvents = (em: EntityManager): void => void storing.add(em)

/** Whether a transaction stored events. */
export const hasStoredEvents = (em: EntityManager): boolean => storing.has(em)
