import { AppError } from '../shared/http/errors.ts'
import { clarify } from './ask-gateway.ts'
import { paymentById } from './begin-payment.ts'
import type { PaymentsDeps } from './deps.ts'
import { runDueRefunds } from './due-refunds.ts'
import { whileAnswering } from './gateway-outage.ts'
import type { StripeGateway } from './stripe.ts'
import type { Database } from '../shared/database/database.ts'

/**
 * Stripe says that something happened to a payment: it is asked what. A message that had its effect is not looked at
 * again; one that could not have it is refused, and Stripe sends it again.
 * @throws {AppError} 400 when it is not signed, 404 where Stripe is not the gateway
 */
export async function receiveMessage(
  deps: PaymentsDeps,
  stripe: StripeGateway | undefined,
  body: string,
  signature: string,
): Promise<void> {
  if (!stripe) throw new AppError('no_webhook', 404, 'The gateway of this shop is not Stripe')
  const { id, paymentId } = stripe.readMessage(body, signature)
  const seen = await deps.database.rows('select 1 from webhook_messages where id = $1', [id])
  if (seen.length > 0) return
  if (paymentId !== undefined && (await paymentById(deps, paymentId))) {
    await whileAnswering(() => clarify(deps, paymentId, false))
    await runDueRefunds(deps, [paymentId])
  }
  await deps.database.transaction(em =>
    em.execute('insert into webhook_messages (id) values (?) on conflict do nothing', [id]),
  )
}

/** Longer than a signature is good for and Stripe goes on trying. */
export async function pruneWebhookMessages(database: Database): Promise<number> {
  const { length } = await database.rows(
    `delete from webhook_messages where id in (
      select id from webhook_messages where received_at < now() - interval '7 days'
      order by received_at limit 1000 for update skip locked) returning id`,
    [],
  )
  return length === 1000 ? length + (await pruneWebhookMessages(database)) : length
}
