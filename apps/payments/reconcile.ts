import { clarify } from './ask-gateway.ts'
import type { PaymentsDeps } from './deps.ts'
import { runDueRefunds, tried } from './due-refunds.ts'

const AT_ONCE = 20
/** Of the interval: a payment that waits for its buyer is not asked about every time. */
const LONGEST_WAIT = 32

/**
 * Takes what is due and moves it on to its next time, so that a process which dies has lost nothing and two instances
 * never hold the same. The gateway is asked outside of any transaction.
 */
const take = (table: 'payments' | 'refunds'): string => `
  update ${table} set asked = asked + 1,
    ask_at = now() + least(power(2, least(asked, 10)), ${LONGEST_WAIT}) * ? * interval '1 second'
  where id in (
    select id from ${table} where status = 'pending' and ask_at <= now()
    order by ask_at limit ${AT_ONCE} for update skip locked)
  returning id, created_at <= now() - ? * interval '1 second' as "isOld"`

/**
 * Asks the gateway about payments and refunds whose outcome is not known and makes the tables say what it says. In every
 * instance.
 * @returns how many were looked at
 */
export async function reconcile(deps: PaymentsDeps, everySeconds: number): Promise<number> {
  const due = (table: 'payments' | 'refunds'): Promise<{ id: string; isOld: boolean }[]> =>
    deps.database.transaction(em => em.execute(take(table), [everySeconds, deps.unansweredSeconds]))
  const payments = await due('payments')
  for (const { id, isOld } of payments) await clarified(deps, id, isOld)
  const refunds = await due('refunds')
  for (const { id } of refunds) await tried(deps, id)
  const count = payments.length + refunds.length
  const isMore = payments.length === AT_ONCE || refunds.length === AT_ONCE
  return isMore ? count + (await reconcile(deps, everySeconds)) : count
}

async function clarified(deps: PaymentsDeps, id: string, isOld: boolean): Promise<void> {
  try {
    const payment = await clarify(deps, id, isOld)
    deps.log.info({ payment_id: id, status: payment.status }, 'asked the gateway about a payment')
    if (payment.refundedCents > 0) await runDueRefunds(deps, [id])
  } catch (error) {
    deps.log.warn({ err: error, payment_id: id }, 'a payment could not be clarified; trying again')
  }
}
