import { createPrivateKey, generateKeyPair, type KeyObject, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'
import { exportJWK } from 'jose'
import type { z } from 'zod'
import type { TokenAlgorithm } from '../shared/token-format.ts'
import type { KeyCipher } from './key-cipher.ts'
import type { Jwks } from './schemas.ts'

type PublicJwk = z.input<typeof Jwks>['keys'][number]

export const SigningKeyEntity = defineEntity({
  name: 'SigningKey',
  tableName: 'signing_keys',
  properties: {
    kid: p.text().primary(),
    /** Says the algorithm too. */
    publicJwk: p.json().$type<PublicJwk>(),
    privateKey: p.blob(),
    signsFrom: p.datetime(),
  },
})
export type SigningKey = InferEntity<typeof SigningKeyEntity>

export interface NewKey {
  algorithm: TokenAlgorithm
  signsFrom: Date
}

/** A key that is stored when the unit of work ends, its private part encrypted. */
export async function createKey(
  em: EntityManager,
  cipher: KeyCipher,
  { algorithm, signsFrom }: NewKey,
): Promise<SigningKey> {
  const kid = randomUUID()
  const { publicKey, privateKey } = await KEY_PAIRS[algorithm]()
  return em.create(SigningKeyEntity, {
    kid,
    publicJwk: await publicJwk(publicKey, kid, algorithm),
    privateKey: cipher.encrypt(privateKey.export({ format: 'der', type: 'pkcs8' }), kid),
    signsFrom,
  })
}

// Not the synchronous one: an RSA key takes long enough to keep other requests waiting.
const keyPair = promisify(generateKeyPair)
const KEY_PAIRS = {
  EdDSA: () => keyPair('ed25519'),
  RS256: () => keyPair('rsa', { modulusLength: 2048 }),
}

async function publicJwk(
  key: KeyObject,
  kid: string,
  algorithm: TokenAlgorithm,
): Promise<PublicJwk> {
  const { x = '', n = '', e = '' } = await exportJWK(key)
  return algorithm === 'EdDSA'
    ? { kty: 'OKP', crv: 'Ed25519', x, kid, alg: algorithm, use: 'sig' }
    : { kty: 'RSA', n, e, kid, alg: algorithm, use: 'sig' }
}

/** The private part. @throws Error that says what to do when the encryption key is another one */
export function openKey({ kid, privateKey }: SigningKey, cipher: KeyCipher): KeyObject {
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
