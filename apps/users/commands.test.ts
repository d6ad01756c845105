import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../shared/testing/test-database.ts'
import type { TestService } from '../shared/testing/test-service.ts'
import { logIn, newAccount, runMain, startUsers, usersDatabase } from './testing.ts'

let database: TestDatabase
let users: TestService

beforeAll(async () => {
  database = await usersDatabase()
  users = await startUsers(database)
})

afterAll(async () => {
  await users?.stop()
  await database?.close()
})

test('grant-admin makes the first admin, whose next login may manage accounts', async () => {
  const account = await newAccount(users)
  const ended = await runMain(database, ['grant-admin', account.email.toUpperCase()])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(ended.stdout).toContain('is an admin now')
  const { body } = await logIn(users, account.email)
  expect((await users.call('/users', { token: body.access_token })).status).toBe(200)
})

test.concurrent.each([
  [['grant-admin', 'nobody@example.com'], /User not found/],
  [['grant-admin'], /needs exactly one argument EMAIL; given: none/],
  [['grant-admin', 'a@example.com', 'b@example.com'], /exactly one argument EMAIL/],
  [['grant-admin', 'ada'], /exactly one argument EMAIL; given: ada/],
  [['rotate-keys'], /needs exactly one argument soon\|now; given: none/],
  [['rotate-keys', 'later'], /exactly one argument soon\|now; given: later/],
  [['revoke-key'], /needs exactly one argument KID; given: none/],
  [['revoke-key', 'unknown'], /no signing key unknown; there is \S+/],
  [['migrate'], /DATABASE_ADMIN_URL must be the URL of a role/],
  [['drop-everything'], /unknown command "drop-everything"; allowed: migrate, grant-admin/],
])('%j ends with 1 and says why', async (args, message) => {
  const { code, stderr, stdout } = await runMain(database, args)
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
  expect(stderr).not.toContain('    at ')
  expect(stdout).not.toContain('done')
})

test('an environment that lacks values ends with 1 and lists all of them, without secrets', async () => {
  const wrong = { PORT: 'x', KEY_ENCRYPTION_KEY: 'c2hvcnQ=', PASSWORD_COST: '99', DATABASE_URL: '' }
  const { code, stderr } = await runMain(database, ['rotate-keys', 'now'], wrong)
  expect(code).toBe(1)
  for (const name of Object.keys(wrong)) expect(stderr).toContain(name)
  expect(stderr).not.toContain('c2hvcnQ=')
})

test('migrate runs what has not run; of two at once one works and the other waits', async () => {
  const empty = await testDatabase('users')
  const env = { DATABASE_ADMIN_URL: empty.adminUrl }
  const both = await Promise.all([
    runMain(empty, ['migrate'], env),
    runMain(empty, ['migrate'], env),
  ])
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  const said = both.map(({ stdout }) => /^(migrated: .*|nothing to migrate)$/m.exec(stdout)?.[0])
  expect(said.sort()).toEqual([
    'migrated: 0001-create-users, 0002-index-session-expiry, 0003-verify-and-reset, 0004-create-events, 0005-publish-users',
    'nothing to migrate',
  ])
  const service = await startUsers(empty)
  await newAccount(service)
  await service.stop()
  await empty.close()
})

test('migrate loads MikroORM only when something is pending', async () => {
  const loader = join(import.meta.dirname, '../shared/testing/without-mikro-orm.ts')
  const env = { NODE_OPTIONS: `--import ${pathToFileURL(loader).href}` }
  const done = { DATABASE_ADMIN_URL: database.adminUrl, ...env }
  expect(await runMain(database, ['migrate'], done)).toMatchObject({
    ...{ code: 0, stdout: 'nothing to migrate\n' },
  })
  const empty = await testDatabase('users')
  const pending = { DATABASE_ADMIN_URL: empty.adminUrl, ...env }
  expect((await runMain(empty, ['migrate'], pending)).stderr).toMatch(/@mikro-orm.* was asked for/)
  await empty.close()
})

test('the line that says what migrate did is the last that it prints', async () => {
  const empty = await testDatabase('users')
  const { stdout } = await runMain(empty, ['migrate'], { DATABASE_ADMIN_URL: empty.adminUrl })
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toContain('migration ran')
  expect(lines.at(-1)).toMatch(/^migrated: 0001/)
  await empty.close()
})

test('rotate-keys now: the new key signs at once, and earlier tokens go on', async () => {
  const account = await newAccount(users)
  const { code, stdout } = await runMain(database, ['rotate-keys', 'now'])
  expect(code).toBe(0)
  const kid = /^key (\S+) signs from now on$/m.exec(stdout)?.[1]
  const fresh = await startUsers(database)
  const { body } = await logIn(fresh, account.email)
  expect(kidOf(body.access_token)).toBe(kid)
  for (const token of [account.access_token, body.access_token])
    expect((await fresh.call('/users/me', { token })).status).toBe(200)
  await fresh.stop()
})

test('rotate-keys soon: the new key is published and does not sign yet', async () => {
  const { stdout } = await runMain(database, ['rotate-keys', 'soon'])
  const kid = /^key (\S+) signs in 15 minutes$/m.exec(stdout)?.[1]
  const fresh = await startUsers(database)
  const { body: jwks } = await fresh.call('/.well-known/jwks.json')
  expect(jwks.keys.map((key: { kid: string }) => key.kid)).toContain(kid)
  expect(kidOf((await newAccount(fresh)).access_token)).not.toBe(kid)
  await fresh.stop()
})

const published = async (service: TestService): Promise<string[]> =>
  (await service.call('/.well-known/jwks.json')).body.keys.map((key: { kid: string }) => key.kid)

test('revoke-key: the key is published no more, its tokens are refused, and another key signs', async () => {
  const before = await startUsers(database)
  const account = await newAccount(before)
  await before.stop()
  const kid = kidOf(account.access_token)
  const { code, stdout } = await runMain(database, ['revoke-key', kid])
  expect(code).toBe(0)
  expect(stdout).toMatch(
    new RegExp(`^key ${kid} is revoked and key \\S+ signs; .* within 12 minutes .*restart`, 'm'),
  )
  const fresh = await startUsers(database)
  expect(await published(fresh)).not.toContain(kid)
  expect((await fresh.call('/users/me', { token: account.access_token })).status).toBe(401)
  const { body } = await logIn(fresh, account.email)
  expect(stdout).toContain(`key ${kidOf(body.access_token)} signs`)
  expect((await fresh.call('/users/me', { token: body.access_token })).status).toBe(200)
  await fresh.stop()
})

test('revoke-key: a key that does not sign goes without another one in its place', async () => {
  const { stdout: made } = await runMain(database, ['rotate-keys', 'soon'])
  const kid = /^key (\S+) signs/m.exec(made)?.[1] ?? ''
  const count = () => database.query('select from users.signing_keys')
  const before = await count()
  const { stdout } = await runMain(database, ['revoke-key', kid])
  expect(stdout).toContain(`key ${kid} is revoked; `)
  expect(await count()).toHaveLength(before.length - 1)
})

const kidOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
