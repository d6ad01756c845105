import { authentication } from '../shared/auth.ts'
import { openCache } from '../shared/cache.ts'
import { openDatabase } from '../shared/database.ts'
import type { Kit } from '../shared/run.ts'
import { remoteKeys, tokenVerifier } from '../shared/tokens.ts'
import { createApp } from './app.ts'
import { CategoryEntity } from './category.ts'
import type manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { ProductEntity } from './product.ts'

/** Wires the service together. */
export async function start({ config, log, onClose, readyWhen }: Kit<typeof manifest>) {
  const { runtime, settings } = config
  const database = await openDatabase({
    ...config.database,
    service: config.service,
    entities: [CategoryEntity, ProductEntity],
    migrations: MIGRATIONS,
  })
  onClose('database', database.close)
  readyWhen('database', database.check)
  const cache = openCache(config.service, config.cache.url, log)
  onClose('cache', cache.close)
  return createApp({
    database,
    log,
    cache: cache.cache('products', settings.cacheSeconds),
    auth: authentication(tokenVerifier(remoteKeys(config.tokens.jwksUrl), runtime.publicUrl)),
    publicMaxAgeSeconds: settings.publicMaxAgeSeconds,
    corsOrigins: runtime.corsOrigins,
  })
}
