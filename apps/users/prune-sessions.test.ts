import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { TestDatabase } from '../shared/testing/test-database.ts'
import type { TestService } from '../shared/testing/test-service.ts'
import { hashToken } from './refresh-token.ts'
import { logIn, newAccount, refresh, startUsers, usersDatabase } from './testing.ts'

/** Milliseconds that a loaded machine may take. */
const UNTIL = 15_000

let database: TestDatabase
const started: TestService[] = []

beforeAll(async () => {
  database = await usersDatabase()
})

afterAll(async () => {
  await Promise.all(started.map(service => service.stop()))
  await database?.close()
})

/** An instance deletes what has expired when it starts and every hour. */
async function instance(): Promise<TestService> {
  const service = await startUsers(database)
  started.push(service)
  return service
}

const isThere = async (token: string) =>
  (
    await database.query('select from users.refresh_tokens where token_hash = $1', [
      hashToken(token),
    ])
  ).length === 1

const expire = (token: string) =>
  database.query(
    `update users.refresh_tokens set expires_at = now() - interval '1 s' where token_hash = $1`,
    [hashToken(token)],
  )

const expireSession = (token: string) =>
  database.query(
    `with family as (
       update users.refresh_families set expires_at = now() - interval '1 s' where id =
         (select family_id from users.refresh_tokens where token_hash = $1) returning id)
     update users.refresh_tokens set expires_at = now() - interval '1 s' where family_id in (select id from family)`,
    [hashToken(token)],
  )

test('expired tokens go while their session goes on, and expired sessions go with all they have', async () => {
  const users = await instance()
  const going = await newAccount(users)
  const newer = await refresh(users, going.refresh_token)
  const ended = await newAccount(users)
  const other = await logIn(users, ended.email)
  await expire(going.refresh_token)
  await expireSession(ended.refresh_token)
  await instance()
  await vi.waitFor(async () => expect(await isThere(ended.refresh_token)).toBe(false), UNTIL)
  expect(await isThere(going.refresh_token)).toBe(false)
  await vi.waitFor(
    async () =>
      expect(
        await database.query('select from users.refresh_families where user_id = $1', [ended.id]),
      ).toHaveLength(1),
    UNTIL,
  )
  for (const token of [newer.body.refresh_token, other.body.refresh_token])
    expect((await refresh(users, token)).status).toBe(200)
  expect((await refresh(users, going.refresh_token)).status).toBe(401)
})

test('more than one statement deletes at once all go', async () => {
  const users = await instance()
  const { id } = await newAccount(users)
  await database.query(
    `insert into users.refresh_families
       select gen_random_uuid(), $1, now() - interval '1 d' from generate_series(1, 4100)`,
    [id],
  )
  await instance()
  await vi.waitFor(
    async () =>
      expect(
        await database.query('select from users.refresh_families where user_id = $1', [id]),
      ).toHaveLength(1),
    UNTIL,
  )
})

test('a running instance deletes every hour', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    const users = await instance()
    const { refresh_token: token } = await newAccount(users)
    await expireSession(token)
    vi.advanceTimersByTime(3_600_000)
    await vi.waitFor(async () => expect(await isThere(token)).toBe(false), UNTIL)
  } finally {
    vi.useRealTimers()
  }
})
