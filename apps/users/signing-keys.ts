import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose'
import type { z } from 'zod'
import type { Database } from '../shared/database.ts'
import { TOKEN_ALGORITHM } from '../shared/tokens.ts'
import type { KeyCipher } from './key-cipher.ts'
import type { Jwks } from './schemas.ts'

export const ACCESS_TOKEN_SECONDS = 30 * 60
/** A new key is published this long before it signs, so that every verifier has it by then. */
export const PUBLISHED_AHEAD_MS = 15 * 60_000
/** Public keys stay until the last token that they signed has expired, and a minute for clocks. */
const PUBLISHED_AFTER_MS = (ACCESS_TOKEN_SECONDS + 60) * 1000

type PublicJwk = z.input<typeof Jwks>['keys'][number]

export const SigningKeyEntity = defineEntity({
  name: 'SigningKey',
  tableName: 'signing_keys',
  properties: {
    kid: p.text().primary(),
    publicJwk: p.json().$type<PublicJwk>(),
    privateKey: p.blob(),
    signsFrom: p.datetime(),
  },
})
type SigningKey = InferEntity<typeof SigningKeyEntity>

export interface SigningKeys {
  /** The key that signs now. */
  current: () => { kid: string; privateKey: KeyObject }
  publicKeys: () => z.input<typeof Jwks>
  /** Resolves key ids for the verification of our own tokens. */
  resolve: JWTVerifyGetKey
  /** Makes the first key, or the next one when the newest is `maxAgeDays` old; drops keys that no token needs. */
  maintain: () => Promise<void>
  /** Makes a new key that signs in 15 minutes, or at once without that notice. */
  rotate: (atOnce: boolean) => Promise<string>
  /**
   * Deletes a key that somebody else may have; when it is the one that signs, another is made that signs at once.
   * Returns the id of that one. @throws Error when there is no such key
   */
  revoke: (kid: string) => Promise<string | undefined>
}

export interface SigningKeyOptions {
  database: Database
  cipher: KeyCipher
  maxAgeDays: number
}

/** Ed25519 keys in the database, private parts encrypted; every instance reads them, one at a time makes them. */
export function signingKeys({ database, cipher, maxAgeDays }: SigningKeyOptions): SigningKeys {
  let keys: SigningKey[] = []
  const opened = new Map<string, KeyObject>()
  const change = (work: (em: EntityManager, now: number) => Promise<void>) =>
    database.transaction(async em => {
      await em.execute("select pg_advisory_xact_lock(hashtext('users.signing-keys'))")
      await work(em, Date.now())
      await em.flush()
      keys = await em.findAll(SigningKeyEntity, { orderBy: SIGNING_ORDER })
    })
  const current = () => {
    const key = signerOf(keys, Date.now())
    if (!key) throw new Error('no signing key: maintain() has not run')
    const known = opened.get(key.kid) ?? openKey(key, cipher)
    opened.set(key.kid, known)
    return { kid: key.kid, privateKey: known }
  }
  const publicKeys = () => ({ keys: keys.map(key => key.publicJwk) })
  return {
    current,
    publicKeys,
    resolve: (header, token) => createLocalJWKSet(publicKeys())(header, token),
    maintain: async () => {
      await change(async (em, now) => {
        const all = await em.findAll(SigningKeyEntity, { orderBy: SIGNING_ORDER })
        const newest = all.at(-1)
        if (!newest) createKey(em, cipher, new Date(now))
        else if (now - newest.signsFrom.getTime() > maxAgeDays * 86_400_000)
          createKey(em, cipher, new Date(now + PUBLISHED_AHEAD_MS))
        for (const key of retired(all, now)) em.remove(key)
      })
      current() // fails now, not at the first login, when the encryption key is another one
    },
    rotate: async atOnce => {
      let kid = ''
      await change(async (em, now) => {
        kid = createKey(em, cipher, new Date(atOnce ? now : now + PUBLISHED_AHEAD_MS)).kid
      })
      return kid
    },
    revoke: async kid => {
      let successor: string | undefined
      await change(async (em, now) => {
        successor = await revokeKey(em, cipher, kid, now)
      })
      return successor
    },
  }
}

async function revokeKey(
  em: EntityManager,
  cipher: KeyCipher,
  kid: string,
  now: number,
): Promise<string | undefined> {
  const all = await em.findAll(SigningKeyEntity, { orderBy: SIGNING_ORDER })
  const revoked = all.find(key => key.kid === kid)
  if (!revoked) {
    const there = all.map(key => key.kid).join(', ')
    throw new Error(`no signing key ${kid}; there is ${there || 'none'}`)
  }
  em.remove(revoked)
  return signerOf(all, now) === revoked ? createKey(em, cipher, new Date(now)).kid : undefined
}

const SIGNING_ORDER = { signsFrom: 'asc', kid: 'asc' } as const

const signerOf = (keys: readonly SigningKey[], now: number): SigningKey | undefined =>
  keys.findLast(({ signsFrom }) => signsFrom.getTime() <= now)

/** Keys whose successor has signed for longer than a token lives. */
const retired = (keys: readonly SigningKey[], now: number): SigningKey[] =>
  keys.filter((_, index) => {
    const successor = keys[index + 1]
    return successor !== undefined && successor.signsFrom.getTime() + PUBLISHED_AFTER_MS < now
  })

function createKey(em: EntityManager, cipher: KeyCipher, signsFrom: Date): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const kid = randomUUID()
  const { kty = '', crv = '', x = '' } = publicKey.export({ format: 'jwk' })
  return em.create(SigningKeyEntity, {
    kid,
    publicJwk: { kty, crv, x, kid, alg: TOKEN_ALGORITHM, use: 'sig' },
    privateKey: cipher.encrypt(privateKey.export({ format: 'der', type: 'pkcs8' }), kid),
    signsFrom,
  })
}

function openKey({ kid, privateKey }: SigningKey, cipher: KeyCipher): KeyObject {
  try {
    const der = cipher.decrypt(privateKey, kid)
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  } catch (error) {
    throw new Error(
      `KEY_ENCRYPTION_KEY does not open signing key ${kid}: put the earlier value back, or delete the rows of ` +
        'users.signing_keys (every access token ends then; refresh tokens go on)',
      { cause: error },
    )
  }
}
