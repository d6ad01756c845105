import { authentication } from '../shared/auth/auth.ts'
import { startEvents } from '../shared/bus/start-events.ts'
import { type Database, openDatabase } from '../shared/database/database.ts'
import { pruneIdempotencyKeys } from '../shared/http/idempotency.ts'
import type { Kit } from '../shared/process/run.ts'
import { remoteKeys, tokenVerifier } from '../shared/auth/tokens.ts'
import { AdjustmentEntity } from './adjustment.ts'
import { createApp } from './app.ts'
import { expireReservations } from './expire-reservations.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { reactions } from './reactions.ts'
import { reserving } from './reserve.ts'

const EXPIRE_EVERY_MS = 10_000

/** Wires the service together. */
export async function start(kit: Kit<typeof manifest>) {
  const { config, log, onClose, readyWhen } = kit
  const { runtime, settings } = config
  const { lowStockAt, reservationMinutes } = settings
  const database = await openDatabase({
    ...config.database,
    service: config.service,
    entities: [AdjustmentEntity],
    migrations: MIGRATIONS,
  })
  onClose('database', database.close)
  readyWhen('database', database.check)
  await startEvents({
    ...{ manifest, kit, database },
    reactions: reactions({ lowStockAt }),
    prune: [pruneIdempotencyKeys],
  })
  keepExpiring(kit, database)
  const { poolSize } = config.database
  return createApp({
    database,
    log,
    lowStockAt,
    reserve: reserving(database, { poolSize, reservationMinutes, lowStockAt }),
    auth: authentication(tokenVerifier(remoteKeys(config.tokens.jwksUrl), runtime.publicUrl)),
    serviceToken: config.callers.token,
    corsOrigins: runtime.corsOrigins,
  })
}

/** Every few seconds, one at a time; a failure is for the next time. */
function keepExpiring({ config, log, onClose }: Kit<typeof manifest>, database: Database): void {
  let last: Promise<void> | undefined
  const expire = async () => {
    try {
      const expired = await expireReservations(database, config.settings.lowStockAt)
      if (expired > 0) log.info({ expired }, 'gave back what reservations held past their time')
    } catch (error) {
      log.warn({ err: error }, 'reservations could not be ended; trying again shortly')
    }
    last = undefined
  }
  const timer = setInterval(() => void (last ??= expire()), EXPIRE_EVERY_MS)
  onClose('expiry of reservations', () => {
    clearInterval(timer)
    return last
  })
}
