import type { Reactions } from '../shared/bus/reactions.ts'
import type { Effect } from '../shared/events/inbox.ts'
import { clarify } from './ask-gateway.ts'
import type { PaymentsDeps } from './deps.ts'
import { runDueRefunds } from './due-refunds.ts'
import type manifest from './manifest.ts'
import { giveBack } from './settle.ts'

/**
 * The order gives a payment back, or needs none any more: then one that is under way is ended, or given back if it has
 * been charged already. What the gateway has to do is done after the commit, or by the reconciliation.
 */
const orderCancelled =
  (deps: PaymentsDeps): Effect<'order.cancelled'> =>
  async (em, { data }) => {
    const ids = data.payment_id === null ? await pendingOf(em, data.order_id) : [data.payment_id]
    const touched: string[] = []
    for (const id of ids) if (await giveBack(em, id)) touched.push(id)
    return () => atGateway(deps, touched, data.payment_id === null)
  }

async function pendingOf(
  em: Parameters<Effect<'order.cancelled'>>[0],
  orderId: string,
): Promise<string[]> {
  const rows: { id: string }[] = await em.execute(
    `select id from payments where order_id = ? and status = 'pending'`,
    [orderId],
  )
  return rows.map(({ id }) => id)
}

async function atGateway(
  deps: PaymentsDeps,
  ids: readonly string[],
  wasPending: boolean,
): Promise<void> {
  try {
    if (wasPending) for (const id of ids) await clarify(deps, id, false)
    await runDueRefunds(deps, ids)
  } catch (error) {
    deps.log.warn({ err: error }, 'the gateway is asked again later about a cancelled order')
  }
}

export const reactions = (deps: PaymentsDeps): Reactions<typeof manifest> => ({
  'order.cancelled': orderCancelled(deps),
})
