import type { PaymentsDeps } from './deps.ts'
import { executeRefund } from './settle-refund.ts'

/** Does what the payments' settling has left to give back; what fails is for the next who looks. */
export async function runDueRefunds(
  deps: PaymentsDeps,
  paymentIds: readonly string[],
): Promise<void> {
  const due = await deps.database.rows<{ id: string }>(
    `select id from refunds where payment_id = any($1::uuid[]) and status = 'pending'`,
    [paymentIds],
  )
  for (const { id } of due) await tried(deps, id)
}

export async function tried(deps: PaymentsDeps, id: string): Promise<void> {
  try {
    await executeRefund(deps, id)
  } catch (error) {
    deps.log.error({ err: error, refund_id: id }, 'a refund could not be done; trying again')
  }
}
