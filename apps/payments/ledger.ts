import type { EntityManager } from '@mikro-orm/postgresql'
import type { Payment } from './payment.ts'

/** `reversal`: what was booked as charged is not there. */
type EntryKind = 'charge' | 'refund' | 'reversal'

/**
 * Books money that came to the gateway (above zero) or left it, in double entry. An entry is booked once: its key refuses
 * a second one.
 * @param entryId the payment's id, or the refund's
 */
export async function book(
  em: EntityManager,
  kind: EntryKind,
  entryId: string,
  { id, currency }: Pick<Payment, 'id' | 'currency'>,
  cents: number,
): Promise<void> {
  if (cents === 0) return
  await em.execute(
    `insert into ledger (entry_id, kind, account, payment_id, amount_cents, currency)
     values (?, ?, 'gateway', ?, ?, ?), (?, ?, 'orders', ?, ?, ?)`,
    [...[entryId, kind, id, cents, currency], ...[entryId, kind, id, -cents, currency]],
  )
}
