import type { KeyObject } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose'
import type { z } from 'zod'
import type { Database } from '../shared/database/database.ts'
import { unavailable } from '../shared/http/errors.ts'
import type { TokenAlgorithm } from '../shared/token-format.ts'
import type { KeyCipher } from './key-cipher.ts'
import { type KeyPlan, nextKeyFrom, noticeMs, retired, signerOf } from './key-schedule.ts'
import type { Jwks } from './schemas.ts'
import { createKey, openKey, type SigningKey, SigningKeyEntity } from './signing-key.ts'

export interface SigningKeys {
  /** The key that signs now. @throws {AppError} 503 until `maintain` has run */
  current: () => { kid: string; algorithm: TokenAlgorithm; privateKey: KeyObject }
  /** @throws {AppError} 503 until `maintain` has run */
  publicKeys: () => z.input<typeof Jwks>
  /** Resolves key ids for the verification of our own tokens. */
  resolve: JWTVerifyGetKey
  /** Makes the first key, or the next one when it is due; drops keys that no token needs. */
  maintain: () => Promise<void>
  /** Makes a new key that signs once every verifier has it, or at once without that notice. */
  rotate: (atOnce: boolean) => Promise<{ kid: string; noticeMinutes: number }>
  /**
   * Deletes a key that somebody else may have; when it is the one that signs, another is made that signs at once.
   * Returns the id of that one. @throws Error when there is no such key
   */
  revoke: (kid: string) => Promise<string | undefined>
}

export interface SigningKeyOptions extends KeyPlan {
  database: Database
  cipher: KeyCipher
}

/** Keys in the database, private parts encrypted; every instance reads them, one at a time makes them. */
export function signingKeys(options: SigningKeyOptions): SigningKeys {
  const { database, cipher, algorithm } = options
  let keys: SigningKey[] = []
  const opened = new Map<string, KeyObject>()
  const change = (work: (em: EntityManager, now: number) => Promise<void>) =>
    database.transaction(async em => {
      await em.execute("select pg_advisory_xact_lock(hashtext('users.signing-keys'))")
      await work(em, Date.now())
      await em.flush()
      keys = await allKeys(em)
    })
  const current = () => {
    const key = signerOf(keys, Date.now())
    if (!key) throw noKeys()
    const known = opened.get(key.kid) ?? openKey(key, cipher)
    opened.set(key.kid, known)
    return { kid: key.kid, algorithm: key.publicJwk.alg, privateKey: known }
  }
  // Never an empty set: whoever fetched one would refuse good tokens until it fetches again.
  const publicKeys = () => {
    if (keys.length === 0) throw noKeys()
    return { keys: keys.map(key => key.publicJwk) }
  }
  return {
    current,
    publicKeys,
    resolve: (header, token) => createLocalJWKSet(publicKeys())(header, token),
    maintain: async () => {
      await change(async (em, now) => {
        const all = await allKeys(em)
        const signsFrom = nextKeyFrom(all, options, now)
        if (signsFrom) await createKey(em, cipher, { algorithm, signsFrom })
        for (const key of retired(all, now)) em.remove(key)
      })
      current() // fails now, not at the first login, when the encryption key is another one
    },
    rotate: async atOnce => {
      let made = { kid: '', noticeMinutes: 0 }
      await change(async (em, now) => {
        const notice = atOnce ? 0 : noticeMs(await allKeys(em), algorithm)
        const signsFrom = new Date(now + notice)
        const { kid } = await createKey(em, cipher, { algorithm, signsFrom })
        made = { kid, noticeMinutes: notice / 60_000 }
      })
      return made
    },
    revoke: async kid => {
      let successor: string | undefined
      await change(async (em, now) => {
        const signed = await removeKey(em, kid, now)
        const next = { algorithm, signsFrom: new Date(now) }
        if (signed) successor = (await createKey(em, cipher, next)).kid
      })
      return successor
    },
  }
}

const noKeys = () => unavailable('The signing keys are not there yet; try again shortly')

const allKeys = (em: EntityManager): Promise<SigningKey[]> =>
  em.findAll(SigningKeyEntity, { orderBy: { signsFrom: 'asc', kid: 'asc' } })

/** Resolves to whether it was the one that signs. */
async function removeKey(em: EntityManager, kid: string, now: number): Promise<boolean> {
  const all = await allKeys(em)
  const removed = all.find(key => key.kid === kid)
  if (!removed) {
    const there = all.map(key => key.kid).join(', ')
    throw new Error(`no signing key ${kid}; there is ${there || 'none'}`)
  }
  em.remove(removed)
  return signerOf(all, now) === removed
}
