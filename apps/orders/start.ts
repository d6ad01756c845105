import { authentication } from '../shared/auth/auth.ts'
import { startEvents } from '../shared/bus/start-events.ts'
import { serviceClient } from '../shared/clients/client.ts'
import { type Database, openDatabase } from '../shared/database/database.ts'
import { pruneIdempotencyKeys } from '../shared/http/idempotency.ts'
import type { Kit } from '../shared/process/run.ts'
import { remoteKeys, tokenVerifier } from '../shared/auth/tokens.ts'
import { createApp } from './app.ts'
import { expireOrders } from './expire-orders.ts'
import { inventoryClient } from './inventory-client.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { OrderEntity } from './order.ts'
import { productsClient } from './products-client.ts'
import { reactions } from './reactions.ts'

type OrdersKit = Kit<typeof manifest>

/** Wires the service together. */
export async function start(kit: OrdersKit) {
  const { config, log, onClose, readyWhen } = kit
  const { runtime, settings } = config
  const database = await openDatabase({
    ...config.database,
    service: config.service,
    entities: [OrderEntity],
    migrations: MIGRATIONS,
  })
  onClose('database', database.close)
  readyWhen('database', database.check)
  await startEvents({ manifest, kit, database, reactions, prune: [pruneIdempotencyKeys] })
  keepExpiring(kit, database)
  return createApp({
    database,
    log,
    lookUpProducts: productsClient(clientOf(kit, 'products')),
    inventory: inventoryClient(clientOf(kit, 'inventory')),
    currency: settings.currency,
    reservationMinutes: settings.reservationMinutes,
    auth: authentication(tokenVerifier(remoteKeys(config.tokens.jwksUrl), runtime.publicUrl)),
    serviceToken: config.callers.token,
    corsOrigins: runtime.corsOrigins,
  })
}

function clientOf({ config }: OrdersKit, name: keyof OrdersKit['config']['calls']) {
  const { url, token } = config.calls[name]
  return serviceClient({ name, baseUrl: url, token })
}

/** Every few seconds, in each instance; a failure is for the next time. */
function keepExpiring({ config, log, onClose }: OrdersKit, database: Database): void {
  const { expirySeconds, expiryGraceSeconds } = config.settings
  let running: Promise<unknown> | undefined
  const expire = () => {
    running ??= expireOrders(database, expiryGraceSeconds)
      .then(
        count => count > 0 && log.info({ count }, 'cancelled orders that were not paid in time'),
      )
      .catch((error: unknown) =>
        log.warn({ err: error }, 'expired orders could not be cancelled; trying again'),
      )
      .finally(() => (running = undefined))
  }
  const timer = setInterval(expire, expirySeconds * 1000)
  onClose('expired orders', async () => {
    clearInterval(timer)
    await running
  })
}
