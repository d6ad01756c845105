import { createPublicKey, type JsonWebKey, KeyObject } from 'node:crypto'
import { base64url, generateKeyPair } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture, NOTE_ID, startFixture } from '../testing/fixture.ts'
import { testIssuer, type TestIssuer } from '../testing/test-issuer.ts'
import { type Answer, startTestService, type TestService } from '../testing/test-service.ts'

let issuer: TestIssuer
let service: TestService
/** The same with RSA keys. */
let rsaIssuer: TestIssuer
let rsaService: TestService
const now = Math.floor(Date.now() / 1000)

beforeAll(async () => {
  ;[issuer, rsaIssuer] = await Promise.all([testIssuer(), testIssuer('RS256')])
  ;[service, rsaService] = await Promise.all([serviceFor(issuer), serviceFor(rsaIssuer)])
})
afterAll(async () => {
  await Promise.all([service?.stop(), rsaService?.stop()])
  await Promise.all([issuer?.close(), rsaIssuer?.close()])
})

const serviceFor = ({ jwksUrl }: TestIssuer) =>
  startTestService(fixture, startFixture, {
    tokens: { jwksUrl },
    calls: {},
    settings: {},
    secrets: {},
  })

const me = (authorization: string, from = service): Promise<Answer> =>
  from.call('/me', { headers: { authorization } })

function expectRefused({ status, headers, body }: Answer): void {
  expect(status).toBe(401)
  expect(headers.get('www-authenticate')).toBe('Bearer')
  const { request_id: _, ...rest } = body
  expect(rest).toEqual({
    type: 'about:blank',
    title: 'Unauthorized',
    status: 401,
    detail: 'Could not validate credentials',
    code: 'not_authenticated',
  })
}

test('a token of the users service says who calls', async () => {
  const token = await issuer.token('buyer', NOTE_ID)
  expect(await me(`Bearer ${token}`)).toMatchObject({
    status: 200,
    body: { id: NOTE_ID, role: 'buyer' },
  })
  expect(await me(`bearer   ${token}`)).toMatchObject({ status: 200 })
})

test('a token with an RSA signature is as good', async () => {
  const token = await rsaIssuer.token('buyer', NOTE_ID)
  expect(await me(`Bearer ${token}`, rsaService)).toMatchObject({
    status: 200,
    body: { id: NOTE_ID, role: 'buyer' },
  })
  expectRefused(await me(`Bearer ${token}`))
  expectRefused(await me(`Bearer ${await issuer.token('buyer')}`, rsaService))
})

test('no header, another scheme and an empty token are refused', async () => {
  const token = await issuer.token('buyer')
  expectRefused(await service.call('/me'))
  for (const header of [
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    `Token ${token}`,
    token,
    `Bearer${token}`,
  ])
    expectRefused(await me(header))
})

test.for([
  ['expired', { exp: now - 60 }],
  ['not valid yet', { nbf: now + 60 }],
  ['for another audience', { aud: 'admin-console' }],
  ['of another issuer', { iss: 'http://evil.test' }],
  ['of no issuer', { iss: undefined }],
  ['that never expires', { exp: undefined }],
  ['that says not when it was made', { iat: undefined }],
  ['of nobody', { sub: undefined }],
  ['of somebody who is no user id', { sub: 'admin' }],
  ['of an unknown role', { role: 'root' }],
  ['of no role', { role: undefined }],
] as const)('a token %s is refused', async ([, claims]) => {
  expectRefused(await me(`Bearer ${await issuer.forge({ claims: { ...claims } })}`))
})

test.for([
  ['another type', { typ: 'JWT' }],
  ['no type', { typ: undefined }],
  ['an unknown key id', { kid: 'other' }],
] as const)('a token whose header has %s is refused', async ([, header]) => {
  expectRefused(await me(`Bearer ${await issuer.forge({ header: { ...header } })}`))
})

test('a token is good for five seconds around its times, and no longer', async () => {
  const bearer = async (claims: object) => {
    const { status } = await me(`Bearer ${await issuer.forge({ claims: { ...claims } })}`)
    return status
  }
  const seconds = () => Math.floor(Date.now() / 1000)
  expect(await bearer({ exp: seconds() - 2 })).toBe(200)
  expect(await bearer({ exp: seconds() - 6 })).toBe(401)
  expect(await bearer({ nbf: seconds() + 4 })).toBe(200)
  expect(await bearer({ nbf: seconds() + 30 })).toBe(401)
})

const part = (value: object) => base64url.encode(JSON.stringify(value))

test('a token without a signature is refused, whatever its alg says', async () => {
  for (const [from, to] of [
    [issuer, service],
    [rsaIssuer, rsaService],
  ] as const) {
    const [header = '', payload] = (await from.token('admin')).split('.')
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
    for (const alg of ['none', 'None', 'NONE', '', 'EdDSA', 'RS256', 'HS256'])
      expectRefused(await me(`Bearer ${part({ alg, kid, typ: 'at+jwt' })}.${payload}.`, to))
  }
})

/** The first key of the set, as everybody can read it. */
async function publicJwk({ jwksUrl }: TestIssuer): Promise<JsonWebKey> {
  const { keys } = (await (await fetch(jwksUrl)).json()) as { keys: JsonWebKey[] }
  return keys[0] ?? {}
}

test.for(['EdDSA', 'RS256'])('the public key of %s is no HMAC secret', async algorithm => {
  const from = algorithm === 'RS256' ? rsaIssuer : issuer
  const jwk = await publicJwk(from)
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const secrets = [
    key.export({ type: 'spki', format: 'pem' }),
    key.export({ type: 'spki', format: 'der' }),
    Buffer.from(jwk.x ?? jwk.n ?? '', 'base64url'),
    JSON.stringify(jwk),
  ]
  for (const secret of secrets)
    for (const alg of ['HS256', 'HS512'])
      expectRefused(
        await me(
          `Bearer ${await from.forge({ header: { alg }, key: Buffer.from(secret) })}`,
          from === issuer ? service : rsaService,
        ),
      )
})

test('a key verifies only what says the algorithm that it was published with', async () => {
  const rsa = await generateKeyPair('RS256', { extractable: true })
  const ed = await generateKeyPair('EdDSA')
  // Signed by a stranger under the id of a key of the other type.
  expectRefused(
    await me(`Bearer ${await issuer.forge({ header: { alg: 'RS256' }, key: rsa.privateKey })}`),
  )
  const edUnderRsa = await rsaIssuer.forge({ header: { alg: 'EdDSA' }, key: ed.privateKey })
  expectRefused(await me(`Bearer ${edUnderRsa}`, rsaService))
  // The real signature under a header that says otherwise.
  const relabelled = async (from: TestIssuer, alg: string) => {
    const [header = '', payload, signature] = (await from.token('admin')).split('.')
    const claims = JSON.parse(Buffer.from(header, 'base64url').toString())
    return `Bearer ${part({ ...claims, alg })}.${payload}.${signature}`
  }
  for (const alg of ['RS256', 'Ed25519', 'ES256', 'HS256'])
    expectRefused(await me(await relabelled(issuer, alg)))
  for (const alg of ['EdDSA', 'RS384', 'RS512', 'PS256', 'HS256'])
    expectRefused(await me(await relabelled(rsaIssuer, alg), rsaService))
})

test('a key of somebody else, named or sent along, is refused', async () => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA')
  const jwk = KeyObject.from(publicKey).export({ format: 'jwk' })
  expectRefused(await me(`Bearer ${await issuer.forge({ key: privateKey })}`))
  expectRefused(await me(`Bearer ${await issuer.forge({ key: privateKey, header: { jwk } })}`))
})

test('a token that was changed by one character is refused', async () => {
  const [header = '', payload = '', signature = ''] = (await issuer.token('buyer')).split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
  for (const token of [
    `${header}.${part({ ...claims, role: 'admin' })}.${signature}`,
    `${header}.${payload}.${flipped}`,
    `${header}.${payload}.${signature.slice(0, -4)}`,
    `${header}.${payload}`,
    'a.b.c',
  ])
    expectRefused(await me(`Bearer ${token}`))
})

test('a token of 5 KB is refused before it is looked at', async () => {
  const before = issuer.fetches()
  expectRefused(await me(`Bearer ${await issuer.forge({ claims: { filler: 'x'.repeat(5000) } })}`))
  expectRefused(await me(`Bearer ${'x'.repeat(5000)}`))
  expect(issuer.fetches()).toBe(before)
})

test('what needs an admin is refused to a buyer with the reason, and to nobody with a 401', async () => {
  const remove = async (token?: string) =>
    service.call(`/notes/${NOTE_ID}`, { method: 'DELETE', ...(token !== undefined && { token }) })
  expect(await remove(await issuer.token('admin'))).toMatchObject({ status: 204, body: '' })
  expect(await remove(await issuer.token('buyer'))).toMatchObject({
    status: 403,
    body: { code: 'forbidden', detail: 'This needs the role admin; yours is buyer' },
  })
  expectRefused(await remove())
})

test('where a token is welcome but not needed, one that is sent must be good', async () => {
  const token = await issuer.token('buyer', NOTE_ID)
  expect(await service.call('/maybe')).toMatchObject({ body: { caller: null } })
  expect(await service.call('/maybe', { token })).toMatchObject({
    body: { caller: { id: NOTE_ID } },
  })
  expectRefused(await service.call('/maybe', { token: `${token}x` }))
})
