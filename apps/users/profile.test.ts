import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../shared/testing/test-database.ts'
import type { TestService } from '../shared/testing/test-service.ts'
import { whileLocked } from '../shared/testing/while-locked.ts'
import {
  type Account,
  logIn,
  newAccount,
  newAdmin,
  refresh,
  register,
  startUsers,
  usersDatabase,
} from './testing.ts'

let database: TestDatabase
let users: TestService
let strict: TestService

beforeAll(async () => {
  database = await usersDatabase()
  users = await startUsers(database)
  strict = await startUsers(database, { settings: { loginsPerAccount: 3 } })
})

afterAll(async () => {
  await Promise.all([users?.stop(), strict?.stop()])
  await database?.close()
})

const me = (token: string, change: { method: string; json?: unknown }) =>
  users.call('/users/me', { token, ...change })

const changePassword = (
  { access_token: token }: Account,
  current: string,
  next: string,
  service = users,
) =>
  service.call('/users/me/password', {
    method: 'PUT',
    json: { current_password: current, new_password: next },
    token,
  })

test('who has no token reads, changes and deletes no account', async () => {
  const answers = await Promise.all([
    users.call('/users/me'),
    users.call('/users/me', { method: 'PATCH', json: {} }),
    users.call('/users/me', { method: 'DELETE' }),
    users.call('/users/me/password', { method: 'PUT', json: {} }),
  ])
  for (const { status, headers, body } of answers) {
    expect([status, body.detail]).toEqual([401, 'Could not validate credentials'])
    expect(headers.get('www-authenticate')).toBe('Bearer')
  }
})

test('a user changes the own name and nothing else', async () => {
  const account = await newAccount(users)
  const sql = `x', role = 'admin', email = 'y`
  const changed = await me(account.access_token, {
    method: 'PATCH',
    json: { full_name: ` ${sql} `, role: 'admin', is_active: false, email: 'z@example.com' },
  })
  expect(changed.status).toBe(200)
  expect(changed.body).toMatchObject({
    ...{ full_name: sql, role: 'buyer', is_active: true, email: account.email },
  })
  expect((await me(account.access_token, { method: 'GET' })).body).toEqual(changed.body)
})

test('a change without a name leaves it, and an empty name is refused', async () => {
  const { access_token: token, full_name } = await newAccount(users)
  expect((await me(token, { method: 'PATCH', json: {} })).body.full_name).toBe(full_name)
  const empty = await me(token, { method: 'PATCH', json: { full_name: ' ' } })
  expect(empty.status).toBe(422)
  expect(empty.body.errors).toMatchObject([{ field: 'full_name', message: 'must not be empty' }])
})

test('a new password ends all sessions and replaces the old one', async () => {
  const account = await newAccount(users)
  const other = await logIn(users, account.email)
  expect((await changePassword(account, account.password, 'a new password')).status).toBe(204)
  for (const token of [account.refresh_token, other.body.refresh_token])
    expect((await refresh(users, token)).status).toBe(401)
  expect((await logIn(users, account.email)).status).toBe(401)
  expect((await logIn(users, account.email, 'a new password')).status).toBe(200)
})

test('the present password is asked for, and a refused change changes nothing', async () => {
  const account = await newAccount(users)
  const wrong = await changePassword(account, 'not my password', 'a new password')
  expect(wrong.status).toBe(400)
  expect(wrong.body.detail).toBe('current_password is not correct')
  const short = await changePassword(account, account.password, 'seven77')
  expect(short.status).toBe(422)
  expect(short.body.errors).toMatchObject([{ field: 'new_password' }])
  expect((await refresh(users, account.refresh_token)).status).toBe(200)
  expect((await logIn(users, account.email)).status).toBe(200)
})

test('after 3 wrong present passwords even the right one has to wait; a right one before forgets them', async () => {
  const account = await newAccount(strict)
  const change = async (current: string) =>
    changePassword(account, current, account.password, strict)
  for (const [current, status] of [
    ...[['wrong', 400] as const, ['wrong', 400] as const, [account.password, 204] as const],
    ...[['wrong', 400] as const, ['wrong', 400] as const, ['wrong', 400] as const],
  ])
    expect((await change(current)).status).toBe(status)
  const refused = await change(account.password)
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await logIn(strict, account.email)).status).toBe(200)
})

test('a deleted account leaves nothing of the person behind', async () => {
  const account = await newAccount(users)
  expect((await me(account.access_token, { method: 'DELETE' })).status).toBe(204)
  const [row] = await database.query<{ row: string; hashed_password: string }>(
    'select users::text as row, hashed_password from users.users where id = $1',
    [account.id],
  )
  expect(row?.row).not.toMatch(new RegExp(`${account.email}|\\bAda\\b|Lovelace`, 'i'))
  expect(row?.hashed_password).toBe('')
  expect((await logIn(users, account.email)).status).toBe(401)
  expect((await refresh(users, account.refresh_token)).status).toBe(401)
  for (const method of ['GET', 'DELETE'])
    expect((await me(account.access_token, { method })).status).toBe(401)
})

test('the e-mail of a deleted account can register again, as another account', async () => {
  const account = await newAccount(users)
  await me(account.access_token, { method: 'DELETE' })
  const again = await register(users, account.email)
  expect(again.status).toBe(201)
  expect(again.body.id).not.toBe(account.id)
})

test('a deactivated account is not reached by a token that it still has', async () => {
  const account = await newAccount(users)
  await database.query('update users.users set is_active = false where id = $1', [account.id])
  expect((await me(account.access_token, { method: 'GET' })).status).toBe(401)
  const answer = await changePassword(account, account.password, 'a new password')
  expect(answer.status).toBe(401)
})

/** Runs `request` while a login of the same account, which has locked its row, is about to open a session. */
const duringLogin = ({ id }: Account, request: () => Promise<unknown>): Promise<unknown> =>
  whileLocked(
    database,
    {
      statements: [['select from users.users where id = $1 for update', [id]]],
      waiting: 1,
      last: [
        `insert into users.refresh_families values (gen_random_uuid(), $1, now() + interval '1 d')`,
        [id],
      ],
    },
    request,
  )

test.each<[string, (account: Account) => Promise<unknown>]>([
  ['a new password', account => changePassword(account, account.password, 'a new password')],
  ['a deletion', account => me(account.access_token, { method: 'DELETE' })],
  [
    'a deactivation',
    async account =>
      users.call(`/users/${account.id}`, {
        ...{ method: 'PATCH', json: { is_active: false } },
        token: (await newAdmin(users, database)).access_token,
      }),
  ],
])('%s ends the session of a login that is under way, too', async (_, request) => {
  const account = await newAccount(users)
  await duringLogin(account, () => request(account))
  const left = await database.query(
    'select from users.refresh_families where user_id = $1 and revoked_at is null',
    [account.id],
  )
  expect(left).toHaveLength(0)
})
