import { authentication } from '../shared/auth/auth.ts'
import { startEvents } from '../shared/bus/start-events.ts'
import { openCache } from '../shared/cache/cache.ts'
import { type Database, openDatabase } from '../shared/database/database.ts'
import type { Kit } from '../shared/process/run.ts'
import { remoteKeys, tokenVerifier } from '../shared/auth/tokens.ts'
import { announceProducts } from './announce-products.ts'
import { createApp } from './app.ts'
import { CategoryEntity } from './category.ts'
import { productOf } from './find-product.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { ProductEntity } from './product.ts'
import { reactions } from './reactions.ts'

const ANNOUNCE_EVERY_MS = 3_600_000

/** Wires the service together. */
export async function start(kit: Kit<typeof manifest>) {
  const { config, log, onClose, readyWhen } = kit
  const { runtime, settings } = config
  const database = await openDatabase({
    ...config.database,
    service: config.service,
    entities: [CategoryEntity, ProductEntity],
    migrations: MIGRATIONS,
  })
  onClose('database', database.close)
  readyWhen('database', database.check)
  const caches = openCache(config.service, config.cache.url, log)
  onClose('cache', caches.close)
  const cache = caches.cache('products', settings.cacheSeconds, productOf)
  await startEvents({ manifest, kit, database, reactions: reactions({ cache }) })
  keepAnnouncing(kit, database)
  return createApp({
    database,
    log,
    cache,
    auth: authentication(tokenVerifier(remoteKeys(config.tokens.jwksUrl), runtime.publicUrl)),
    currency: settings.currency,
    serviceToken: config.callers.token,
    publicMaxAgeSeconds: settings.publicMaxAgeSeconds,
    corsOrigins: runtime.corsOrigins,
  })
}

/** Now and every hour, for what the version before this one makes while it is rolled out; a failure is for the next time. */
function keepAnnouncing({ config, log, onClose }: Kit<typeof manifest>, database: Database): void {
  const announce = async () => {
    try {
      const announced = await announceProducts(database, config.settings.currency)
      if (announced > 0) log.info({ announced }, 'announced products that nobody had told of')
    } catch (error) {
      log.warn({ err: error }, 'products could not be announced; trying again in an hour')
    }
  }
  let last = announce()
  const timer = setInterval(() => void (last = announce()), ANNOUNCE_EVERY_MS)
  onClose('announcing products', () => {
    clearInterval(timer)
    return last
  })
}
