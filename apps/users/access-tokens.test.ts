import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createLocalJWKSet, exportJWK } from 'jose'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { tokenVerifier } from '../shared/auth/tokens.ts'
import { tokenIssuer } from './access-tokens.ts'
import { ACCESS_TOKEN_SECONDS } from './key-schedule.ts'
import type { SigningKeys } from './signing-keys.ts'
import type { User } from './user.ts'

const ISSUER = 'https://shop.example.com'
const user = { id: randomUUID(), role: 'buyer' } as User

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

/** A token of now, and who verifies it. */
async function issued() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const current: SigningKeys['current'] = () => ({ kid: 'k', algorithm: 'EdDSA', privateKey })
  const keys = { current } as SigningKeys
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'EdDSA' }
  const { access_token: token } = await tokenIssuer(keys, ISSUER)(user, 'refresh')
  return { token, verify: tokenVerifier(createLocalJWKSet({ keys: [jwk] }), ISSUER) }
}

const moveClock = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)

test.for([-120, 0, 120])(
  'a new token passes where the clock is %i s off, and not after it expired there',
  async seconds => {
    const { token, verify } = await issued()
    moveClock(seconds)
    expect(await verify(token)).toEqual({ id: user.id, role: 'buyer' })
    moveClock(ACCESS_TOKEN_SECONDS - seconds + 6)
    await expect(async () => verify(token)).rejects.toMatchObject({ status: 401 })
  },
)
