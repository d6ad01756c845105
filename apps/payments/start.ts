import { authentication } from '../shared/auth/auth.ts'
import { startEvents } from '../shared/bus/start-events.ts'
import { openCache } from '../shared/cache/cache.ts'
import { serviceClient } from '../shared/clients/client.ts'
import { type Database, openDatabase } from '../shared/database/database.ts'
import { pruneIdempotencyKeys } from '../shared/http/idempotency.ts'
import { type Limiters, rateLimiters } from '../shared/http/rate-limit.ts'
import type { Kit } from '../shared/process/run.ts'
import { remoteKeys, tokenVerifier } from '../shared/auth/tokens.ts'
import { createApp } from './app.ts'
import type { PaymentsDeps } from './deps.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { ordersClient } from './orders-client.ts'
import { PaymentEntity } from './payment.ts'
import { PaymentMethodEntity } from './payment-method.ts'
import { reactions } from './reactions.ts'
import { reconcile } from './reconcile.ts'
import { RefundEntity } from './refund.ts'
import { sandboxGateway } from './sandbox.ts'
import { sweep } from './sweep.ts'
import { pruneWebhookMessages } from './webhook.ts'

type PaymentsKit = Kit<typeof manifest>
type Settings = PaymentsKit['config']['settings']

export const ENTITIES = [PaymentEntity, PaymentMethodEntity, RefundEntity]

/** Wires the service together. */
export async function start(kit: PaymentsKit) {
  const { config, log, onClose, readyWhen } = kit
  const { runtime, settings } = config
  const database = await openDatabase({
    ...config.database,
    service: config.service,
    entities: ENTITIES,
    migrations: MIGRATIONS,
  })
  onClose('database', database.close)
  readyWhen('database', database.check)
  const cache = openCache(config.service, config.cache.url, log)
  onClose('cache', cache.close)
  const { sandbox, stripe } = await gatewayOf(kit, database)
  const { url, token } = config.calls.orders
  const deps: PaymentsDeps = {
    ...{ database, log, gateway: stripe ?? sandbox },
    findOrder: ordersClient(serviceClient({ name: 'orders', baseUrl: url, token })),
    unansweredSeconds: settings.unansweredSeconds,
  }
  await startEvents({
    ...{ manifest, kit, database, reactions: reactions(deps) },
    prune: [pruneIdempotencyKeys, pruneWebhookMessages],
  })
  keepReconciling(kit, deps)
  return createApp({
    ...deps,
    auth: authentication(tokenVerifier(remoteKeys(config.tokens.jwksUrl), runtime.publicUrl)),
    sandbox: stripe ? undefined : sandbox,
    stripe,
    corsOrigins: runtime.corsOrigins,
    trustedProxyHops: runtime.trustedProxyHops,
    cards: cardLimits(rateLimiters(config.service, cache.redis), settings),
  })
}

const HOUR = 3600

const cardLimits = (limiter: Limiters, { cardsPerUser, cardsPerAddress }: Settings) => ({
  perUser: limiter({ name: 'cards-of-user', points: cardsPerUser, windowSeconds: HOUR }),
  perAddress: limiter({ name: 'cards', points: cardsPerAddress, windowSeconds: HOUR }),
})

/** Stripe's library is loaded where it is used. */
async function gatewayOf({ config }: PaymentsKit, database: Database) {
  const { publicUrl } = config.runtime
  const sandbox = sandboxGateway(database, publicUrl)
  if (config.paymentGateway.kind === 'sandbox') return { sandbox, stripe: undefined }
  const { stripeGateway } = await import('./stripe.ts')
  const { secretKey, webhookSecret } = config.paymentGateway
  const apiUrl = config.settings.stripeUrl
  return { sandbox, stripe: stripeGateway({ secretKey, webhookSecret, apiUrl, publicUrl }) }
}

/** Every few seconds, in each instance; a failure is for the next time. */
function keepReconciling({ config, log, onClose }: PaymentsKit, deps: PaymentsDeps): void {
  const { reconcileSeconds, sweepSeconds } = config.settings
  let running: Promise<unknown> | undefined
  const work = async () => {
    try {
      await reconcile(deps, reconcileSeconds)
      await sweep(deps, sweepSeconds)
    } catch (error) {
      log.warn({ err: error }, 'payments could not be compared with the gateway; trying again')
    }
  }
  const timer = setInterval(() => {
    running ??= work().finally(() => (running = undefined))
  }, reconcileSeconds * 1000)
  onClose('reconciliation', async () => {
    clearInterval(timer)
    await running
  })
}
