import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { Role } from '../auth/auth.ts'
import { TOKEN_AUDIENCE, TOKEN_TYPE, type TokenAlgorithm } from '../token-format.ts'
import { PUBLIC_URL } from './test-service.ts'

export interface TestIssuer {
  jwksUrl: string
  /** How often the key set was asked for. */
  fetches: () => number
  /** The same, with the times that it was down. */
  attempts: () => number
  token: (role: Role, id?: string) => Promise<string>
  /** A token with anything changed: header, claims (undefined leaves one out), key. */
  forge: (change: Forgery) => Promise<string>
  /** Replaces the key set by one new key; tokens from then on are signed by it. */
  rotate: () => Promise<void>
  /** While down each connection is cut. */
  setDown: (down: boolean) => void
  close: () => Promise<void>
}

export interface Forgery {
  header?: Record<string, unknown>
  claims?: { [Claim in keyof JWTPayload]?: JWTPayload[Claim] | undefined }
  key?: CryptoKey | Uint8Array
}

/** Plays the users service: a key set over HTTP, and tokens signed by it. */
export async function testIssuer(algorithm: TokenAlgorithm = 'EdDSA'): Promise<TestIssuer> {
  let fetched = 0
  let attempted = 0
  let down = false
  let signer = await newKey(algorithm)
  const server = createServer((_, response) => {
    attempted++
    if (down) return void response.destroy()
    fetched++
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ keys: [signer.jwk] }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const forge = ({ header, claims, key }: Forgery) => {
    const now = Math.floor(Date.now() / 1000)
    const payload = {
      iss: PUBLIC_URL,
      aud: TOKEN_AUDIENCE,
      sub: randomUUID(),
      role: 'buyer',
      iat: now,
      nbf: now,
      exp: now + 600,
      ...claims,
    }
    return new SignJWT(payload as JWTPayload)
      .setProtectedHeader({ alg: algorithm, kid: signer.jwk.kid, typ: TOKEN_TYPE, ...header })
      .sign(key ?? signer.privateKey)
  }
  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`,
    fetches: () => fetched,
    attempts: () => attempted,
    token: (role, id = randomUUID()) => forge({ claims: { role, sub: id } }),
    forge,
    rotate: async () => {
      signer = await newKey(algorithm)
    },
    setDown: value => {
      down = value
    },
    close: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

async function newKey(algorithm: TokenAlgorithm) {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, {
    crv: 'Ed25519',
    extractable: true,
  })
  const kid = randomUUID()
  return {
    privateKey,
    jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' },
  }
}
