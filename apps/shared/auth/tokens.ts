import { hash } from 'node:crypto'
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { type Caller, ROLES, unauthorized } from './auth.ts'
import { unavailable } from '../http/errors.ts'
import { TOKEN_ALGORITHMS, TOKEN_AUDIENCE, TOKEN_TYPE } from '../token-format.ts'

export interface VerifyToken {
  /** Resolves to the caller. @throws {AppError} 401 for any bad token, 503 when no keys could be had */
  (token: string): Caller | Promise<Caller>
  /** The caller, of a token that verified within the last minute; verifies nothing. */
  known: (token: string) => Caller | undefined
}

const CLOCK_TOLERANCE_SECONDS = 5
const CACHED_TOKENS = 10_000
/** For so long a token that verified is not verified again, whatever becomes of its key. */
export const VERIFIED_FOR_MS = 60_000
/** For so long a service uses a key set that it fetched, unless a token has a key that is not in it. */
export const KEY_SET_MAX_AGE_MS = 600_000
/** Longer than any token of ours: a flood of long strings is refused before it costs a hash or a slot. */
const MAX_TOKEN_LENGTH = 4096
const NO_KEYS = 'Tokens can not be verified right now; try again shortly'
const NO_KEYS_RETRY_SECONDS = 2

const Claims = z.object({ sub: z.uuid(), role: z.enum(ROLES), exp: z.number() })

/**
 * Verifies access tokens of the users service. A token that verified is remembered by its sha256 for a minute: an EdDSA
 * verification costs six cached answers. Not until it expires, which whoever has stolen a key chooses: it must end with
 * its key.
 * @param issuer public URL of the platform
 */
export function tokenVerifier(keys: JWTVerifyGetKey, issuer: string): VerifyToken {
  const verified = new LRUCache<string, { caller: Caller; untilMs: number }>({
    max: CACHED_TOKENS,
  })
  const verify = async (token: string, digest: string): Promise<Caller> => {
    const { exp, sub, role } = await claimsOf(token, keys, issuer)
    const caller: Caller = { id: sub, role }
    verified.set(digest, { caller, untilMs: Math.min(exp * 1000, Date.now() + VERIFIED_FOR_MS) })
    return caller
  }
  const knownBy = (digest: string): Caller | undefined => {
    const known = verified.get(digest)
    return known && known.untilMs > Date.now() ? known.caller : undefined
  }
  const verifyToken = (token: string) => {
    if (token.length > MAX_TOKEN_LENGTH) throw unauthorized()
    const digest = digestOf(token)
    return knownBy(digest) ?? verify(token, digest)
  }
  const known = (token: string) =>
    token.length > MAX_TOKEN_LENGTH ? undefined : knownBy(digestOf(token))
  return Object.assign(verifyToken, { known })
}

const digestOf = (token: string): string => hash('sha256', token, 'base64')

async function claimsOf(token: string, keys: JWTVerifyGetKey, issuer: string) {
  try {
    const { payload } = await jwtVerify(token, keys, {
      // jose takes a key only for the algorithm and the key type that it was published with.
      algorithms: [...TOKEN_ALGORITHMS],
      audience: TOKEN_AUDIENCE,
      issuer,
      typ: TOKEN_TYPE,
      requiredClaims: ['exp', 'iat', 'sub'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    })
    return Claims.parse(payload)
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) throw unauthorized(error)
    throw error
  }
}

interface RemoteKeyOptions {
  /** Least time between two fetches that an unknown key id causes. @default 30000 */
  cooldownMs?: number
  /** Age at which the set is fetched anew. @default 600000 */
  maxAgeMs?: number
  /** @default 2000 */
  timeoutMs?: number
}

/**
 * The key set behind a URL, cached. An unknown key id fetches it again, at most once per cooldown; while the users
 * service is down the last good set goes on being used.
 * @throws {AppError} 503 when there has never been a good set
 */
export function remoteKeys(
  url: string,
  { cooldownMs = 30_000, maxAgeMs = KEY_SET_MAX_AGE_MS, timeoutMs = 2_000 }: RemoteKeyOptions = {},
): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), {
    cooldownDuration: cooldownMs,
    cacheMaxAge: maxAgeMs,
    timeoutDuration: timeoutMs,
  })
  let failedAtMs = -Infinity
  let failure: unknown
  return async (header, token) => {
    // After a failed fetch jose would try again for each token: every request would wait for the timeout.
    const pauseMs = remote.jwks() ? cooldownMs : Math.min(cooldownMs, NO_KEYS_RETRY_SECONDS * 1000)
    if (performance.now() - failedAtMs >= pauseMs) {
      try {
        return await remote(header, token)
      } catch (error) {
        if (
          error instanceof errors.JWKSNoMatchingKey ||
          error instanceof errors.JWKSMultipleMatchingKeys
        )
          throw error
        failedAtMs = performance.now()
        failure = error
      }
    }
    const last = remote.jwks()
    if (!last) throw unavailable(NO_KEYS, failure, NO_KEYS_RETRY_SECONDS)
    try {
      return await createLocalJWKSet(last)(header, token)
    } catch (error) {
      // The key may be newer than the last good set: it can't be told whether the token is good.
      if (error instanceof errors.JWKSNoMatchingKey)
        throw unavailable(NO_KEYS, failure, NO_KEYS_RETRY_SECONDS)
      throw error
    }
  }
}
