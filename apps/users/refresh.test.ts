import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../shared/testing/test-database.ts'
import type { TestService } from '../shared/testing/test-service.ts'
import { hashToken } from './refresh-token.ts'
import { logIn, newAccount, newAdmin, refresh, startUsers, usersDatabase } from './testing.ts'

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

/** As if the token had been refreshed 11 seconds ago. */
const ageRotation = (token: string) =>
  database.query(
    `update users.refresh_tokens set rotated_at = rotated_at - interval '11 s' where token_hash = $1`,
    [hashToken(token)],
  )

test('a refresh gives a new pair, and each new token can be refreshed in its turn', async () => {
  const account = await newAccount(users)
  const used = new Set([account.refresh_token])
  let token = account.refresh_token
  for (let round = 0; round < 3; round++) {
    const answer = await refresh(users, token)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ token_type: 'bearer', expires_in: 1800 })
    const me = await users.call('/users/me', { token: answer.body.access_token })
    expect(me.body.id).toBe(account.id)
    token = answer.body.refresh_token
    expect(used).not.toContain(token)
    used.add(token)
  }
})

test('two refreshes of one token at once both work, and so do the tokens they give', async () => {
  const { refresh_token: token } = await newAccount(users)
  const both = await Promise.all([refresh(users, token), refresh(users, token)])
  expect(both.map(({ status }) => status)).toEqual([200, 200])
  expect(both[0].body.refresh_token).not.toBe(both[1].body.refresh_token)
  for (const { body } of both) expect((await refresh(users, body.refresh_token)).status).toBe(200)
})

test('reuse of a token after 10 seconds ends the session, the newest token included', async () => {
  const account = await newAccount(users)
  const second = await refresh(users, account.refresh_token)
  const third = await refresh(users, second.body.refresh_token)
  await ageRotation(account.refresh_token)
  const reused = await refresh(users, account.refresh_token)
  expect(reused.status).toBe(401)
  expect(reused.body.detail).toBe('Could not validate credentials')
  expect((await refresh(users, third.body.refresh_token)).status).toBe(401)
})

test('reuse ends one session and leaves the other sessions of the user alone', async () => {
  const account = await newAccount(users)
  const other = await logIn(users, account.email)
  await refresh(users, account.refresh_token)
  await ageRotation(account.refresh_token)
  expect((await refresh(users, account.refresh_token)).status).toBe(401)
  expect((await refresh(users, other.body.refresh_token)).status).toBe(200)
})

test('an expired token is refused', async () => {
  const { refresh_token: token } = await newAccount(users)
  await database.query(`update users.refresh_tokens set expires_at = now() where token_hash = $1`, [
    hashToken(token),
  ])
  expect((await refresh(users, token)).status).toBe(401)
})

test.each(['garbage', "' or 1=1 --", 'a\0b', '🦊'])('%j is no refresh token', async token => {
  expect((await refresh(users, token)).status).toBe(401)
})

test('an access token is no refresh token, and a refresh token no access token', async () => {
  const account = await newAccount(users)
  expect((await refresh(users, account.access_token)).status).toBeOneOf([401, 422])
  expect((await users.call('/users/me', { token: account.refresh_token })).status).toBe(401)
})

test('a body without a refresh token is refused', async () => {
  const { status, body } = await users.call('/auth/refresh', { json: {} })
  expect(status).toBe(422)
  expect(body.errors).toMatchObject([{ field: 'refresh_token', message: 'is required' }])
})

test('tokens are stored as hashes alone', async () => {
  const { refresh_token: token } = await newAccount(users)
  const rows = await database.query<{ row: string }>(
    `select refresh_tokens::text as row from users.refresh_tokens where token_hash = $1`,
    [hashToken(token)],
  )
  expect(rows).toHaveLength(1)
  expect(rows[0]?.row).not.toContain(token)
})

test('a deactivated user can not refresh, and reactivation does not bring the session back', async () => {
  const admin = await newAdmin(users, database)
  const account = await newAccount(users)
  const activity = (is_active: boolean) =>
    users.call(`/users/${account.id}`, {
      method: 'PATCH',
      json: { is_active },
      token: admin.access_token,
    })
  await activity(false)
  expect((await refresh(users, account.refresh_token)).status).toBe(401)
  await activity(true)
  expect((await refresh(users, account.refresh_token)).status).toBe(401)
  expect((await logIn(users, account.email)).status).toBe(200)
})

test('an inactive user can not refresh, however the account became so', async () => {
  const account = await newAccount(users)
  await database.query('update users.users set is_active = false where id = $1', [account.id])
  expect((await refresh(users, account.refresh_token)).status).toBe(401)
})

const logOut = (token: string) => users.call('/auth/logout', { json: { refresh_token: token } })

test('logout ends its own session, also for tokens refreshed from it, and is repeatable', async () => {
  const account = await newAccount(users)
  const other = await logIn(users, account.email)
  const newer = await refresh(users, account.refresh_token)
  expect((await logOut(account.refresh_token)).status).toBe(204)
  expect((await refresh(users, newer.body.refresh_token)).status).toBe(401)
  expect((await refresh(users, other.body.refresh_token)).status).toBe(200)
  expect((await logOut(account.refresh_token)).status).toBe(204)
  expect((await logOut('unknown')).status).toBe(204)
})

test('the rights in a new access token are those that the user has now', async () => {
  const account = await newAccount(users)
  await database.query(`update users.users set role = 'admin' where id = $1`, [account.id])
  const answer = await refresh(users, account.refresh_token)
  expect((await users.call('/users', { token: account.access_token })).status).toBe(403)
  expect((await users.call('/users', { token: answer.body.access_token })).status).toBe(200)
})
