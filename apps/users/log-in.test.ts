import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { TestDatabase } from '../shared/testing/test-database.ts'
import type { Answer, TestService } from '../shared/testing/test-service.ts'
import {
  logIn,
  newAccount,
  newEmail,
  PASSWORD,
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

/** Everything that a caller can see, without what differs in any two answers. */
const seen = ({ status, headers, body }: Answer) => ({
  status,
  headers: [...headers].filter(([name]) => !/^(date|x-request-id|ratelimit-.*)$/.test(name)),
  body: JSON.stringify(body).replace(/"request_id":"[^"]+"/, ''),
})

test('unknown, wrong, inactive and deleted accounts get one and the same answer', async () => {
  const [wrong, inactive, gone] = await Promise.all([
    newAccount(users),
    newAccount(users),
    newAccount(users),
  ])
  await database.query('update users.users set is_active = false where id = $1', [inactive.id])
  await users.call('/users/me', { method: 'DELETE', token: gone.access_token })
  const answers = [
    await logIn(users, newEmail('unknown')),
    await logIn(users, wrong.email, 'not the password'),
    await logIn(users, inactive.email),
    await logIn(users, inactive.email, 'not the password'),
    await logIn(users, gone.email),
    await logIn(users, `deleted-${gone.id}@deleted.invalid`, ''.padEnd(8)),
  ].map(seen)
  expect(JSON.parse(answers[0]!.body.replace(',}', '}'))).toEqual({
    ...{ type: 'about:blank', title: 'Unauthorized', status: 401 },
    ...{ detail: 'Incorrect email or password', code: 'wrong_credentials' },
  })
  for (const answer of answers) expect(answer).toEqual(answers[0])
})

test('the first 72 bytes of a password are not enough', async () => {
  const email = newEmail()
  const password = 'x'.repeat(72)
  await register(users, email, password)
  expect((await logIn(users, email, `${password}y`)).status).toBe(401)
  expect((await logIn(users, email, password)).status).toBe(200)
})

test.each([
  ['e-mail', (text: string) => [text, PASSWORD]],
  ['password', (text: string) => [newEmail(), text]],
])('SQL and odd characters in the %s are characters', async (_, credentials) => {
  const texts = ["' or 1=1 --", `"; drop table users; --`, '$1', "\\'", '%', '\uD800', '🦊']
  for (const text of texts) {
    const [email = '', password = ''] = credentials(text)
    const { status } = await logIn(users, email, password)
    expect([text, status]).toEqual([text, 401])
  }
})

test('an e-mail with a NUL character, which no account can have, is refused', async () => {
  const { status, body } = await logIn(users, 'a\0b@example.com')
  expect(status).toBe(422)
  expect(body.errors).toMatchObject([{ field: 'email' }])
})

test('missing credentials are all named', async () => {
  const { status, body } = await users.call('/auth/login', { json: {} })
  expect(status).toBe(422)
  expect(body.errors).toMatchObject([
    { field: 'email', message: 'is required' },
    { field: 'password', message: 'is required' },
  ])
})

const statuses = (answers: Answer[]) => answers.map(({ status }) => status)

test('an account takes 3 wrong passwords, then not even the right one', async () => {
  const { email } = await newAccount(strict)
  const guesses = [await logIn(strict, email, 'wrong'), await logIn(strict, email, 'wrong')]
  guesses.push(await logIn(strict, email.toUpperCase(), 'wrong'), await logIn(strict, email))
  expect(statuses(guesses)).toEqual([401, 401, 401, 429])
  expect(Number(guesses[3]?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await newAccount(strict)).token_type).toBe('bearer')
})

const logInFrom = (address: string, email: string, password = PASSWORD) =>
  strict.call('/auth/login', {
    json: { email, password },
    headers: { 'x-forwarded-for': address },
  })

test("somebody else's wrong passwords do not lock an account for its owner", async () => {
  const { email } = await newAccount(strict)
  for (let guess = 0; guess < 5; guess++) await logInFrom('203.0.113.1', email, 'wrong')
  expect((await logInFrom('203.0.113.1', email)).status).toBe(429)
  expect((await logInFrom('198.51.100.7', email)).status).toBe(200)
})

test('from many addresses together an account takes 30 wrong passwords', async () => {
  const { email } = await newAccount(strict)
  const guess = (index: number) => logInFrom(`203.0.113.${index}`, email, 'wrong')
  const guesses = await Promise.all(Array.from({ length: 40 }, (_, index) => guess(index)))
  expect(statuses(guesses).filter(status => status === 401)).toHaveLength(30)
  const locked = await logInFrom('198.51.100.7', email)
  expect(locked.status).toBe(429)
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0)
})

test("a login of the owner does not forget other addresses' failures", async () => {
  const { email } = await newAccount(strict)
  for (let guess = 0; guess < 3; guess++) await logInFrom('203.0.113.1', email, 'wrong')
  expect((await logInFrom('198.51.100.7', email)).status).toBe(200)
  expect((await logInFrom('203.0.113.1', email)).status).toBe(429)
})

test('an unknown account is limited like one that exists', async () => {
  const email = newEmail('unknown')
  const guesses = []
  for (let guess = 0; guess < 4; guess++) guesses.push(await logIn(strict, email))
  expect(statuses(guesses)).toEqual([401, 401, 401, 429])
})

test('of 20 guesses in parallel no more than 3 are looked at', async () => {
  const { email } = await newAccount(strict)
  const guesses = await Promise.all(
    Array.from({ length: 20 }, (_, index) => logIn(strict, email, `guess number ${index}`)),
  )
  expect(statuses(guesses).filter(status => status === 401)).toHaveLength(3)
  expect(statuses(guesses).filter(status => status === 429)).toHaveLength(17)
})

test('a successful login forgets the failures before it', async () => {
  const { email } = await newAccount(strict)
  for (let round = 0; round < 3; round++) {
    await logIn(strict, email, 'wrong')
    await logIn(strict, email, 'wrong')
    expect((await logIn(strict, email)).status).toBe(200)
  }
})

test('logins that failed by a fault of ours do not count against the account', async () => {
  const { email } = await newAccount(strict)
  await database.query('alter table users.users rename to elsewhere')
  for (let attempt = 0; attempt < 5; attempt++)
    expect((await logIn(strict, email)).status).toBe(500)
  await database.query('alter table users.elsewhere rename to users')
  expect((await logIn(strict, email)).status).toBe(200)
})

const attemptFrom = (service: TestService, path: string, forwardedFor: string) =>
  service.call(path, {
    json: { email: newEmail(), password: PASSWORD, full_name: 'Ada' },
    headers: { 'x-forwarded-for': forwardedFor },
  })

test.each([
  ['logins', 'loginsPerAddress', '/auth/login', 401],
  ['registrations', 'registrationsPerAddress', '/users', 201],
])('%s are limited per address, which a client can not forge', async (_, key, path, status) => {
  const service = await startUsers(database, { settings: { [key]: 2 } })
  const first = await attemptFrom(service, path, '198.51.100.1')
  expect(first.status).toBe(status)
  expect(first.headers.get('ratelimit-limit')).toBe('2')
  expect(first.headers.get('ratelimit-remaining')).toBe('1')
  await attemptFrom(service, path, '203.0.113.9, 198.51.100.1')
  const third = await attemptFrom(service, path, '203.0.113.10, 198.51.100.1')
  expect(third.status).toBe(429)
  expect(third.body.code).toBe('too_many_requests')
  expect(third.headers.get('ratelimit-remaining')).toBe('0')
  const seconds = Number(third.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(third.headers.get('ratelimit-reset')).toBe(String(seconds))
  expect((await attemptFrom(service, path, '198.51.100.2')).status).toBe(status)
  await service.stop()
})

const redisUrl = inject('redisUrl')
test.skipIf(redisUrl === undefined)(
  'two instances share the limits through Redis (needs redis-server)',
  async () => {
    const options = { settings: { loginsPerAccount: 3 }, redisUrl: redisUrl! }
    const [one, two] = await Promise.all([
      startUsers(database, options),
      startUsers(database, options),
    ])
    const email = newEmail('shared')
    const guesses = await Promise.all([one, two, one, two, one].map(to => logIn(to, email)))
    expect(statuses(guesses).sort()).toEqual([401, 401, 401, 429, 429])
    await Promise.all([one.stop(), two.stop()])
  },
)
