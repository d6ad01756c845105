import { authentication } from '../shared/auth/auth.ts'
import { keepTrying } from '../shared/bus/keep-trying.ts'
import { createBell } from '../shared/bus/relay.ts'
import { startEvents } from '../shared/bus/start-events.ts'
import { openCache } from '../shared/cache/cache.ts'
import { type Database, openDatabase } from '../shared/database/database.ts'
import { rateLimiters } from '../shared/http/rate-limit.ts'
import type { Kit } from '../shared/process/run.ts'
import { tokenVerifier } from '../shared/auth/tokens.ts'
import { tokenIssuer } from './access-tokens.ts'
import { createApp } from './app.ts'
import { passwordAttempts } from './attempts.ts'
import { keyCipher } from './key-cipher.ts'
import { MailTokenEntity } from './mail-token.ts'
import { maintainKeys } from './maintain-keys.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { openPasswords } from './passwords.ts'
import { takeUpResets } from './password-reset.ts'
import { pruneSessions } from './prune-sessions.ts'
import { RefreshFamilyEntity, RefreshTokenEntity } from './refresh-token.ts'
import { SigningKeyEntity } from './signing-key.ts'
import { type SigningKeys, signingKeys } from './signing-keys.ts'
import { UserEntity } from './user.ts'

const PRUNE_EVERY_MS = 3_600_000

export type UsersKit = Kit<typeof manifest>

export const openUsersDatabase = async ({ config, onClose }: UsersKit): Promise<Database> => {
  const database = await openDatabase({
    ...config.database,
    service: config.service,
    entities: [
      ...[UserEntity, RefreshFamilyEntity, RefreshTokenEntity, SigningKeyEntity, MailTokenEntity],
    ],
    migrations: MIGRATIONS,
  })
  onClose('database', database.close)
  return database
}

export const openKeys = ({ config }: UsersKit, database: Database): SigningKeys =>
  signingKeys({
    database,
    cipher: keyCipher(config.secrets.keyEncryptionKey),
    algorithm: config.settings.signingAlgorithm,
    maxAgeDays: config.settings.signingKeyDays,
  })

/** Wires the service together. */
export async function start(kit: UsersKit) {
  const { config, log, onClose, readyWhen } = kit
  const { settings, runtime } = config
  const database = await openUsersDatabase(kit)
  readyWhen('database', database.check)
  const cache = openCache(config.service, config.cache.url, log)
  onClose('cache', cache.close)
  const passwords = openPasswords({
    cost: settings.passwordCost,
    threads: settings.passwordThreads,
    queue: settings.passwordQueue,
  })
  onClose('passwords', passwords.close)
  const keys = openKeys(kit, database)
  maintainKeys(kit, keys)
  keepPruning(kit, database)
  const resets = keepTakingUpResets(kit, database)
  await startEvents({ manifest, kit, database, reactions: {} })
  const limiter = rateLimiters(config.service, cache.redis)
  return createApp({
    database,
    passwords,
    keys,
    log,
    runtime,
    issueToken: tokenIssuer(keys, runtime.publicUrl),
    auth: authentication(tokenVerifier(keys.resolve, runtime.publicUrl)),
    attempts: passwordAttempts(limiter, settings.loginsPerAccount),
    logins: limiter({ name: 'logins', points: settings.loginsPerAddress, windowSeconds: 900 }),
    registrations: limiter({
      name: 'registrations',
      points: settings.registrationsPerAddress,
      windowSeconds: 3600,
    }),
    tokenMails: limiter({
      name: 'token-mails',
      points: settings.tokenMailsPerAccount,
      windowSeconds: 3600,
    }),
    tokenAddresses: limiter({
      name: 'token-addresses',
      points: settings.tokenMailsPerAddress,
      windowSeconds: 3600,
    }),
    takeUpResets: resets.ring,
    refreshTokenDays: settings.refreshTokenDays,
  })
}

const RESET_POLL_MS = 5_000

/** As soon as one is wished for, and for those whose instance died before it could. */
function keepTakingUpResets({ log, onClose }: UsersKit, database: Database) {
  const stopping = new AbortController()
  const bell = createBell(RESET_POLL_MS)
  const working = (async () => {
    while (!stopping.signal.aborted) {
      const rung = bell.next()
      await keepTrying(stopping.signal, log, 'password resets', () => takeUpResets(database))
      await rung
    }
  })()
  onClose('password resets', () => {
    stopping.abort()
    bell.ring()
    return working
  })
  return bell
}

/** Now and every hour; a failure is for the next time. */
function keepPruning({ log, onClose }: UsersKit, database: Database): void {
  const prune = () =>
    pruneSessions(database).catch((error: unknown) =>
      log.warn({ err: error }, 'expired sessions could not be deleted; trying again in an hour'),
    )
  let last = prune()
  const timer = setInterval(() => void (last = prune()), PRUNE_EVERY_MS)
  onClose('expired sessions', () => {
    clearInterval(timer)
    return last
  })
}
