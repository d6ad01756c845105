import { createPrivateKey } from 'node:crypto'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { openDatabase } from '../shared/database/database.ts'
import type { TestDatabase } from '../shared/testing/test-database.ts'
import { PUBLIC_URL, type TestService } from '../shared/testing/test-service.ts'
import { keyCipher } from './key-cipher.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { Discovery, Jwks } from './schemas.ts'
import { SigningKeyEntity } from './signing-key.ts'
import { signingKeys } from './signing-keys.ts'
import { KEY_ENCRYPTION_KEY, newAccount, newAdmin, startUsers, usersDatabase } from './testing.ts'

let database: TestDatabase
const started: TestService[] = []

beforeEach(async () => {
  await stopAll()
  database = await usersDatabase()
})

afterAll(stopAll)

async function stopAll() {
  await Promise.all(started.splice(0).map(service => service.stop()))
  await database?.close()
}

/** An instance reads the keys, makes and drops some, when it starts and each minute. */
async function instance(options?: Parameters<typeof startUsers>[1]): Promise<TestService> {
  const service = await startUsers(database, options)
  started.push(service)
  return service
}

const published = async (users: TestService): Promise<string[]> =>
  (await users.call('/.well-known/jwks.json')).body.keys.map((key: { kid: string }) => key.kid)

const signer = (token: string) => decodeProtectedHeader(token).kid

const setAge = (kid: string, age: string) =>
  database.query('update users.signing_keys set signs_from = now() - $2::interval where kid = $1', [
    kid,
    age,
  ])

test('instances that start at once on an empty database make one key', async () => {
  const instances = await Promise.all([instance(), instance(), instance()])
  const sets = await Promise.all(instances.map(published))
  expect(sets[0]).toHaveLength(1)
  for (const set of sets) expect(set).toEqual(sets[0])
  const { access_token: token } = await newAccount(instances[0])
  expect((await instances[1].call('/users/me', { token })).status).toBe(200)
})

test('before there is a key nothing is published and nothing signed: an empty set would make good tokens bad', async () => {
  const own = await openDatabase({
    ...{ service: 'users', url: database.url, poolSize: 1 },
    ...{ entities: [SigningKeyEntity], migrations: MIGRATIONS },
  })
  const keys = signingKeys({
    database: own,
    cipher: keyCipher(KEY_ENCRYPTION_KEY),
    algorithm: 'EdDSA',
    maxAgeDays: 30,
  })
  for (const use of [keys.publicKeys, keys.current])
    expect(use).toThrow(expect.objectContaining({ status: 503 }))
  await keys.maintain()
  expect(keys.publicKeys().keys).toHaveLength(1)
  await own.close()
})

test('the key set holds public keys alone, and any JOSE library verifies tokens with it', async () => {
  const users = await instance()
  const answer = await users.call('/.well-known/jwks.json')
  expect(Jwks.parse(answer.body)).toEqual(answer.body) // nothing but what the schema names
  const [key] = answer.body.keys
  expect(key).toMatchObject({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' })
  expect(answer.headers.get('cache-control')).toBe('public, max-age=60')
  const account = await newAccount(users)
  const { payload, protectedHeader } = await jwtVerify(
    account.access_token,
    createLocalJWKSet(answer.body),
    { issuer: PUBLIC_URL, audience: 'shop', algorithms: ['EdDSA'] },
  )
  expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: key?.kid, typ: 'at+jwt' })
  expect(payload).toMatchObject({ sub: account.id, role: 'buyer' })
  expect(payload.exp! - payload.iat!).toBe(1800)
  expect(JSON.stringify(payload)).not.toContain(account.email)
})

test('the OpenID configuration points at issuer, key set and algorithm', async () => {
  const { status, body } = await (await instance()).call('/.well-known/openid-configuration')
  expect(status).toBe(200)
  expect(Discovery.strict().parse(body)).toMatchObject({
    issuer: PUBLIC_URL,
    jwks_uri: `${PUBLIC_URL}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ['EdDSA'],
  })
})

const RS256 = { settings: { signingAlgorithm: 'RS256' } }

test('with RS256 the first key is an RSA key of 2048 bits, and any JOSE library verifies with it', async () => {
  const users = await instance(RS256)
  const { body } = await users.call('/.well-known/jwks.json')
  expect(Jwks.parse(body)).toEqual(body)
  expect(body.keys).toMatchObject([{ kty: 'RSA', alg: 'RS256', use: 'sig' }])
  expect(Buffer.from(body.keys[0].n, 'base64url')).toHaveLength(256)
  const { access_token: token } = await newAccount(users)
  const { protectedHeader } = await jwtVerify(token, createLocalJWKSet(body), {
    ...{ issuer: PUBLIC_URL, audience: 'shop', algorithms: ['RS256'] },
  })
  expect(protectedHeader).toEqual({ alg: 'RS256', kid: body.keys[0].kid, typ: 'at+jwt' })
  expect((await users.call('/users/me', { token })).status).toBe(200)
  expect(await algorithmsOf(users)).toEqual(['RS256'])
})

const algorithmsOf = async (users: TestService) =>
  (await users.call('/.well-known/openid-configuration')).body.id_token_signing_alg_values_supported

test('when the algorithm changes one key of it is published, which signs later; earlier tokens go on', async () => {
  const before = await instance()
  const [edKey = ''] = await published(before)
  const { access_token: edToken } = await newAccount(before)
  await setAge(edKey, '1 day')

  const [after] = await Promise.all([instance(RS256), instance(RS256), instance(RS256)])
  const [, rsaKey = '', ...more] = await published(after)
  expect(more).toEqual([])
  expect(await algorithmsOf(after)).toEqual(['EdDSA', 'RS256'])
  expect(signer((await newAccount(after)).access_token)).toBe(edKey)

  await setAge(rsaKey, '1 minute')
  const later = await instance(RS256)
  const { access_token: rsaToken } = await newAccount(later)
  expect(decodeProtectedHeader(rsaToken)).toMatchObject({ alg: 'RS256', kid: rsaKey })
  for (const token of [edToken, rsaToken])
    expect((await later.call('/users/me', { token })).status).toBe(200)

  await setAge(rsaKey, '32 minutes')
  const last = await instance(RS256)
  expect(await published(last)).toEqual([rsaKey])
  expect((await last.call('/users/me', { token: edToken })).status).toBe(401)
})

test('tasks of a rollout that want another algorithm each do not replace a key that is yet to sign', async () => {
  await instance()
  const rsa = await instance(RS256)
  expect(await published(rsa)).toHaveLength(2)
  expect(await published(await instance())).toHaveLength(2)
})

test('private keys are stored encrypted, each bound to its row', async () => {
  await instance()
  const rows = await database.query<{ private_key: Buffer; row: string }>(
    'select private_key, signing_keys::text as row from users.signing_keys',
  )
  const sealed = rows[0]!.private_key
  for (const der of [sealed, sealed.subarray(12), sealed.subarray(28)])
    expect(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).toThrow()
  expect(sealed.toString('hex')).not.toContain('06032b6570') // the algorithm's id, in every PKCS#8
  expect(rows[0]!.row).not.toMatch(/"d"|PRIVATE/)
  await database.query(`update users.signing_keys set kid = 'another'`)
  await expect(instance()).rejects.toThrow(/does not open signing key another/)
})

test('with another KEY_ENCRYPTION_KEY the service is not ready and says what to do', async () => {
  await instance()
  await expect(
    instance({ keyEncryptionKey: Buffer.alloc(32, 7).toString('base64') }),
  ).rejects.toThrow(
    /not ready.*KEY_ENCRYPTION_KEY does not open signing key [\w-]+: put the earlier value back, or delete the rows of users.signing_keys/,
  )
})

test.each([16, 31, 33])('a KEY_ENCRYPTION_KEY of %i bytes is refused by the config', async size => {
  const keyEncryptionKey = Buffer.alloc(size, 7).toString('base64')
  await expect(instance({ keyEncryptionKey })).rejects.toThrow(/KEY_ENCRYPTION_KEY.*32 bytes/)
})

test('a new key is published before it signs; the old one stays until its tokens have expired', async () => {
  const first = await instance()
  const [oldKey = ''] = await published(first)
  const { access_token: oldToken } = await newAccount(first)

  await setAge(oldKey, '31 days')
  const second = await instance()
  const [, newKey = ''] = await published(second)
  expect(await published(second)).toEqual([oldKey, newKey])
  expect(signer((await newAccount(second)).access_token)).toBe(oldKey)

  await setAge(newKey, '30 minutes')
  const third = await instance()
  expect(await published(third)).toEqual([oldKey, newKey])
  expect(signer((await newAccount(third)).access_token)).toBe(newKey)
  expect((await third.call('/users/me', { token: oldToken })).status).toBe(200)

  await setAge(newKey, '32 minutes')
  const fourth = await instance()
  expect(await published(fourth)).toEqual([newKey])
  expect((await fourth.call('/users/me', { token: oldToken })).status).toBe(401)
})

test('a key that is due is replaced once, whoever finds it first', async () => {
  const [oldKey = ''] = await published(await instance())
  await setAge(oldKey, '31 days')
  await Promise.all([instance(), instance(), instance()])
  expect(await database.query('select from users.signing_keys')).toHaveLength(2)
})

test('a running instance reads the keys every minute', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    const running = await instance()
    const [oldKey = ''] = await published(running)
    await setAge(oldKey, '31 days')
    await instance()
    expect(await published(running)).toEqual([oldKey])
    vi.advanceTimersByTime(60_000)
    await vi.waitFor(async () => expect(await published(running)).toHaveLength(2), 15_000)
  } finally {
    vi.useRealTimers()
  }
})

test('keys in memory go on when the database can not be read', async () => {
  const users = await instance()
  const account = await newAdmin(users, database)
  await database.query('alter table users.signing_keys rename to elsewhere')
  expect((await users.call('/users', { token: account.access_token })).status).toBe(200)
  expect(await published(users)).toHaveLength(1)
  expect(signer((await newAccount(users)).access_token)).toBe(signer(account.access_token))
})
