import { generateKeyPairSync, sign } from 'node:crypto'
import { base64url, createLocalJWKSet, exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { testIssuer, type TestIssuer } from '../testing/test-issuer.ts'
import { PUBLIC_URL } from '../testing/test-service.ts'
import { remoteKeys, tokenVerifier } from './tokens.ts'

let issuer: TestIssuer

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() })
  issuer = await testIssuer()
})
afterEach(async () => {
  vi.useRealTimers()
  await issuer.close()
})

const REFUSED = { status: 401 }
const UNAVAILABLE = { status: 503, headers: { 'Retry-After': expect.stringMatching(/^\d+$/) } }

const verifier = (options = {}) => tokenVerifier(remoteKeys(issuer.jwksUrl, options), PUBLIC_URL)
/** The clock alone stands still and is moved on; sockets and timers go on as they are. */
const later = (ms: number) => vi.advanceTimersByTime(ms)

test('a token that was verified passes for a minute without its key', async () => {
  const verify = verifier({ maxAgeMs: 0 })
  const token = await issuer.token('buyer')
  await verify(token)
  const fetches = issuer.fetches()
  await issuer.rotate()
  later(59_000)
  expect(await verify(token)).toMatchObject({ role: 'buyer' })
  expect(issuer.fetches()).toBe(fetches)
})

test('a token whose key has gone is refused once the set is fetched anew, verified or not', async () => {
  const verify = verifier({ maxAgeMs: 120_000 })
  const leaked = await issuer.forge({ claims: { exp: 2 ** 40 } })
  await verify(leaked)
  await issuer.rotate()
  later(61_000)
  expect(await verify(leaked)).toMatchObject({ role: 'buyer' })
  later(61_000)
  await expect(verify(leaked)).rejects.toMatchObject(REFUSED)
})

test('a good token passes until it expires', async () => {
  const verify = verifier()
  const token = await issuer.token('buyer')
  await verify(token)
  later(596_000)
  expect(await verify(token)).toMatchObject({ role: 'buyer' })
})

test('a token that was verified once is refused after it expired', async () => {
  const verify = verifier()
  const token = await issuer.token('buyer')
  await verify(token)
  later(606_000)
  await expect(verify(token)).rejects.toMatchObject(REFUSED)
})

test('a token that was refused is not remembered as good', async () => {
  const verify = verifier()
  const token = await issuer.forge({ claims: { aud: 'other' } })
  for (let time = 0; time < 2; time++) await expect(verify(token)).rejects.toMatchObject(REFUSED)
})

test.for(['ES256', 'PS256', 'RS384', 'RS512'])(
  'a key of %s is of no use, even when the set has it',
  async alg => {
    const { privateKey, publicKey } = await generateKeyPair(alg)
    const jwk = { ...(await exportJWK(publicKey)), kid: 'other' }
    const token = await issuer.forge({ header: { alg, kid: 'other' }, key: privateKey })
    for (const published of [{ ...jwk, alg }, jwk]) {
      const verify = tokenVerifier(createLocalJWKSet({ keys: [published] }), PUBLIC_URL)
      await expect(verify(token)).rejects.toMatchObject(REFUSED)
    }
  },
)

test('a key set with keys of both algorithms verifies tokens of both', async () => {
  const rsa = await testIssuer('RS256')
  const sets = await Promise.all(
    [issuer, rsa].map(
      async ({ jwksUrl }) => (await fetch(jwksUrl)).json() as Promise<JSONWebKeySet>,
    ),
  )
  const both = createLocalJWKSet({ keys: sets.flatMap(({ keys }) => keys) })
  const verify = tokenVerifier(both, PUBLIC_URL)
  for (const from of [issuer, rsa])
    expect(await verify(await from.token('admin'))).toMatchObject({ role: 'admin' })
  await rsa.close()
})

test('an RSA key below 2048 bits verifies nothing', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'weak', alg: 'RS256' }
  const verify = tokenVerifier(createLocalJWKSet({ keys: [jwk] }), PUBLIC_URL)
  const [, payload = ''] = (await issuer.token('admin')).split('.')
  const header = base64url.encode(JSON.stringify({ alg: 'RS256', kid: 'weak', typ: 'at+jwt' }))
  const signature = sign('sha256', Buffer.from(`${header}.${payload}`), privateKey)
  const token = `${header}.${payload}.${base64url.encode(signature)}`
  await expect(async () => verify(token)).rejects.toThrow('2048 bits or larger')
})

test('many tokens at once fetch the key set once', async () => {
  const verify = verifier()
  const tokens = await Promise.all(Array.from({ length: 20 }, () => issuer.token('buyer')))
  await Promise.all(tokens.map(async token => verify(token)))
  expect(issuer.fetches()).toBe(1)
})

test('an unknown key id fetches the set again once the cooldown is over', async () => {
  const verify = verifier({ cooldownMs: 30_000 })
  await verify(await issuer.token('buyer'))
  await issuer.rotate()
  const token = await issuer.token('admin')
  later(31_000)
  expect(await verify(token)).toMatchObject({ role: 'admin' })
  expect(issuer.fetches()).toBe(2)
})

test('a flood of unknown key ids fetches the set once per cooldown', async () => {
  const verify = verifier({ cooldownMs: 30_000 })
  await verify(await issuer.token('buyer'))
  const flood = async () => {
    for (let count = 0; count < 20; count++) {
      const token = await issuer.forge({ header: { kid: `unknown-${count}` } })
      await expect(verify(token)).rejects.toMatchObject(REFUSED)
    }
  }
  await flood()
  expect(issuer.fetches()).toBe(1)
  later(31_000)
  await flood()
  expect(issuer.fetches()).toBe(2)
})

test('while the users service is down the last good set goes on being used, even past its age', async () => {
  const verify = verifier({ maxAgeMs: 600_000 })
  await verify(await issuer.token('buyer'))
  issuer.setDown(true)
  later(700_000)
  expect(await verify(await issuer.token('admin'))).toMatchObject({ role: 'admin' })
})

test('while the users service is down a flood of tokens asks it once per cooldown', async () => {
  const verify = verifier({ cooldownMs: 30_000 })
  await verify(await issuer.token('buyer'))
  issuer.setDown(true)
  later(31_000)
  const before = issuer.attempts()
  for (let count = 0; count < 20; count++) {
    const unknown = await issuer.forge({ header: { kid: `unknown-${count}` } })
    // Whether its key is newer than the set can't be told: neither good nor bad.
    await expect(verify(unknown)).rejects.toMatchObject(UNAVAILABLE)
    await verify(await issuer.token('buyer'))
  }
  expect(issuer.attempts() - before).toBe(1)
})

test('without any set yet the answer is a 503 that says when to come back', async () => {
  const verify = verifier()
  const token = await issuer.token('buyer')
  issuer.setDown(true)
  await expect(verify(token)).rejects.toMatchObject(UNAVAILABLE)
})

test('without any set yet the users service is asked again by the time that Retry-After says', async () => {
  const verify = verifier({ cooldownMs: 30_000 })
  const token = await issuer.token('buyer')
  issuer.setDown(true)
  await expect(verify(token)).rejects.toMatchObject(UNAVAILABLE)
  await expect(verify(token)).rejects.toMatchObject(UNAVAILABLE)
  expect(issuer.attempts()).toBe(1)
  issuer.setDown(false)
  later(2000)
  expect(await verify(token)).toMatchObject({ role: 'buyer' })
})

test('after the users service is back a new key is found', async () => {
  const verify = verifier({ cooldownMs: 30_000 })
  await verify(await issuer.token('buyer'))
  await issuer.rotate()
  const token = await issuer.token('admin')
  issuer.setDown(true)
  later(31_000)
  await expect(verify(token)).rejects.toMatchObject(UNAVAILABLE)
  issuer.setDown(false)
  later(31_000)
  expect(await verify(token)).toMatchObject({ role: 'admin' })
})
