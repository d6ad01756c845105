import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../shared/testing/test-database.ts'
import type { TestService } from '../shared/testing/test-service.ts'
import { UserResponse } from './schemas.ts'
import { logIn, newEmail, PASSWORD, register, startUsers, usersDatabase } from './testing.ts'

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

test('a user registers, logs in and reads the own account, as in the reference', async () => {
  const ada = { email: 'test@example.com', password: 'password123', full_name: 'Test User' }
  const created = await users.call('/users', { json: ada })
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({ email: 'test@example.com', full_name: 'Test User' })
  expect(UserResponse.strict().parse(created.body)).toMatchObject({
    role: 'buyer',
    is_active: true,
  })
  const login = await logIn(users, ada.email, ada.password)
  expect(login.status).toBe(200)
  expect(login.body).toMatchObject({ token_type: 'bearer', expires_in: 1800 })
  const me = await users.call('/users/me', { token: login.body.access_token })
  expect(me.status).toBe(200)
  expect(me.body).toEqual(created.body)
})

test('e-mails that differ in case alone are one account', async () => {
  const email = newEmail()
  const first = await register(users, email.toUpperCase())
  expect(first.status).toBe(201)
  expect(first.body.email).toBe(email.toUpperCase())
  const second = await register(users, email)
  expect(second.status).toBe(400)
  expect(second.body).toMatchObject({ detail: 'Email already registered', code: 'email_taken' })
  expect((await logIn(users, email)).status).toBe(200)
})

test('of 50 registrations of one e-mail at once exactly one succeeds', async () => {
  const email = newEmail()
  const answers = await Promise.all(Array.from({ length: 50 }, () => register(users, email)))
  const refused = answers.filter(({ status }) => status !== 201)
  expect(refused).toHaveLength(49)
  for (const { status, body } of refused)
    expect([status, body.detail]).toEqual([400, 'Email already registered'])
  const rows = await database.query('select from users.users where email_key = $1', [email])
  expect(rows).toHaveLength(1)
})

test.each([
  ['7 characters', 422, 'seven77'],
  ['8 characters', 201, 'eight888'],
  ['72 bytes', 201, 'a'.repeat(72)],
  ['73 bytes', 422, 'a'.repeat(73)],
  ['72 bytes in 36 characters', 201, 'é'.repeat(36)],
  ['74 bytes in 37 characters', 422, 'é'.repeat(37)],
  ['a NUL character', 422, 'correct\0horse'],
])('a password of %s is answered with %i', async (_, status, password) => {
  const email = newEmail()
  const answer = await register(users, email, password)
  expect(answer.status).toBe(status)
  if (status === 201) expect((await logIn(users, email, password)).status).toBe(200)
  else expect(answer.body.errors).toMatchObject([{ location: 'body', field: 'password' }])
})

test('a password that is too long is refused with the limit and its unit', async () => {
  const { body } = await register(users, newEmail(), 'é'.repeat(37))
  expect(body.errors[0].message).toMatch(/at most 72 bytes/)
})

test('every field that is missing or wrong is named, and no value is repeated', async () => {
  const missing = await users.call('/users', { json: {} })
  expect(missing.status).toBe(422)
  expect(missing.body.errors).toEqual(
    ['email', 'password', 'full_name'].map(field => ({
      location: 'body',
      field,
      message: 'is required',
    })),
  )
  const wrong = { email: 'nobody at home', password: 'geheim', full_name: ['x'] }
  const answer = await users.call('/users', { json: wrong })
  expect(answer.status).toBe(422)
  expect(answer.body.errors).toMatchObject([
    { field: 'email' },
    { field: 'password' },
    { field: 'full_name' },
  ])
  expect(JSON.stringify(answer.body)).not.toMatch(/geheim|nobody at home/)
})

test.each([
  ['not an e-mail address', { email: 'a@b' }],
  ['an e-mail address of 255 characters', { email: `${'a'.repeat(243)}@example.com` }],
  ['a NUL in the e-mail address', { email: 'a\0b@example.com' }],
  ['an empty name', { full_name: '   ' }],
  ['a name of 201 characters', { full_name: 'x'.repeat(201) }],
  ['a NUL in the name', { full_name: 'A\0da' }],
  ['null for a name', { full_name: null }],
])('%s is refused', async (_, wrong) => {
  const body = { email: newEmail(), password: PASSWORD, full_name: 'Ada', ...wrong }
  const answer = await users.call('/users', { json: body })
  expect(answer.status).toBe(422)
  expect(answer.body.errors).toMatchObject([{ field: Object.keys(wrong)[0] }])
})

test.each([
  ['no JSON', 400, '{"email": ', 'application/json'],
  ['an empty body', 400, '', 'application/json'],
  ['an array', 422, '[]', 'application/json'],
  ['a string', 422, '"x"', 'application/json'],
  ['a form', 415, 'email=a', 'application/x-www-form-urlencoded'],
  ['100 KiB and more', 413, JSON.stringify('x'.repeat(103_000)), 'application/json'],
])('a body that is %s is answered with %i', async (_, status, body, type) => {
  const answer = await users.call('/users', {
    method: 'POST',
    body,
    headers: { 'content-type': type },
  })
  expect(answer.status).toBe(status)
  expect(answer.body.status).toBe(status)
})

test('who registers can not choose role, activity or id: unknown fields are ignored', async () => {
  const id = '00000000-0000-4000-8000-000000000000'
  const answer = await users.call('/users', {
    json: {
      ...{ email: newEmail(), password: PASSWORD, full_name: 'Eve' },
      ...{ id, role: 'admin', is_active: false },
    },
  })
  expect(answer.status).toBe(201)
  expect(answer.body).toMatchObject({ role: 'buyer', is_active: true })
  expect(answer.body.id).not.toBe(id)
})
