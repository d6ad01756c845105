import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../shared/testing/test-database.ts'
import type { TestService } from '../shared/testing/test-service.ts'
import { logIn, newAccount, newAdmin, refresh, startUsers, usersDatabase } from './testing.ts'

/** Words that stand in every e-mail, password and name of this file, and nowhere else. */
const PRIVATE = /zanzibar|swordfish|nightingale|\$2[aby]\$|eyJ|o'leary/i

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

const person = (email: string, full_name = 'Flo Nightingale') =>
  users.call('/users', { json: { email, password: 'swordfish-12', full_name } })

/** Log lines since the last call, as text. */
let read = 0
function newLogs(): string {
  const lines = users.logs().slice(read)
  read += lines.length
  expect(lines.length).toBeGreaterThan(0)
  return lines.map(line => JSON.stringify(line)).join('\n')
}

test('no answer holds a password or its hash, and only its owner is sent an e-mail', async () => {
  const created = await person('zanzibar-1@example.com')
  expect(JSON.stringify(created.body)).not.toMatch(/swordfish|\$2|password/)
  const taken = await person('zanzibar-1@example.com')
  expect(taken.status).toBe(400)
  const refused = await users.call('/users', {
    json: { email: 'zanzibar', password: 'swordf', full_name: { is: 'Nightingale' } },
  })
  expect(refused.status).toBe(422)
  const wrong = await logIn(users, 'zanzibar-1@example.com', 'swordfish-13')
  for (const { body } of [taken, refused, wrong]) expect(JSON.stringify(body)).not.toMatch(PRIVATE)
})

test('no log line of ordinary requests holds personal data, passwords or tokens', async () => {
  await person('zanzibar-2@example.com')
  const account = { email: 'zanzibar-2@example.com', password: 'swordfish-12' }
  const { body } = await users.call('/auth/login', { json: account })
  await users.call('/users/me', { token: body.access_token })
  await refresh(users, body.refresh_token)
  await refresh(users, 'swordfish-not-a-token')
  await users.call('/users/me', { token: `${body.access_token}x` })
  await logIn(users, account.email, 'swordfish-wrong')
  const admin = await newAdmin(users, database)
  await users.call('/users?search=zanzibar', { token: admin.access_token })
  await users.call('/users', { method: 'POST', body: '{"email":"zanzibar', headers: JSON_BODY })
  const logs = newLogs()
  expect(logs).not.toMatch(PRIVATE)
  for (const secret of [body.access_token, body.refresh_token, body.access_token.slice(-20)])
    expect(logs).not.toContain(secret)
})

const JSON_BODY = { 'content-type': 'application/json' }

test.each([
  ['a plain name', 'Flo Nightingale'],
  ['a name of two lines', 'Flo\nNightingale\n'],
  ['a name that looks like a stack', 'Flo\nat Nightingale (home)\nx'],
  ['a name with quotes and dashes', `Flo - ' - '' - "Nightingale" - \\' - `],
])('a row that the database refuses (%s) is in no log and no answer', async (_, name) => {
  await database.query('alter table users.users add constraint nobody check (false) not valid')
  const answer = await person(`zanzibar.o'leary-${Math.random()}@example.com`, name)
  await database.query('alter table users.users drop constraint nobody')
  expect(answer.status).toBe(500)
  expect(answer.body).toEqual({
    ...{ type: 'about:blank', title: 'Internal Server Error', status: 500 },
    ...{ detail: 'Internal Server Error', code: 'internal_error' },
    request_id: answer.headers.get('x-request-id'),
  })
  const logs = newLogs()
  expect(logs).toContain('unexpected error')
  expect(logs).toContain('nobody')
  expect(logs).not.toMatch(PRIVATE)
})

test('a unique index that nobody expects does not tell the e-mail', async () => {
  await database.query('alter index users.users_email_key rename to other')
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => person('zanzibar-3@example.com')),
  )
  await database.query('alter index users.other rename to users_email_key')
  expect(answers.map(({ status }) => status)).toContain(500)
  for (const { status, body } of answers)
    if (status !== 201) expect(JSON.stringify(body)).not.toMatch(PRIVATE)
  expect(newLogs()).not.toMatch(PRIVATE)
})

test('a table that has gone does not tell what was looked for', async () => {
  const account = await newAccount(users, 'zanzibar-4@example.com')
  await database.query('alter table users.users rename to elsewhere')
  const answers = [
    await logIn(users, account.email, 'swordfish-12'),
    await person('zanzibar-5@example.com'),
    await users.call('/users/me', { token: account.access_token }),
  ]
  await database.query('alter table users.elsewhere rename to users')
  for (const { status, body } of answers) {
    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toMatch(PRIVATE)
  }
  expect(newLogs()).not.toMatch(PRIVATE)
})
