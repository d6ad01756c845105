import { afterAll, beforeAll, expect, test } from 'vitest'
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
import { comparePassword, costsToMakeUp, hashPassword } from './password-worker.ts'

let database: TestDatabase
let cheap: TestService

beforeAll(async () => {
  database = await usersDatabase()
  cheap = await startUsers(database)
})

afterAll(async () => {
  await cheap?.stop()
  await database?.close()
})

const hashOf = async (email: string) =>
  (
    await database.query<{ hashed_password: string }>(
      'select hashed_password from users.users where email = $1',
      [email],
    )
  )[0]?.hashed_password

test('a password is hashed again at the next login once the cost has risen, and never back', async () => {
  const account = await newAccount(cheap)
  expect(await hashOf(account.email)).toMatch(/^\$2[aby]\$04\$/)
  const dearer = await startUsers(database, { settings: { passwordCost: 5 } })
  expect((await logIn(dearer, account.email, 'wrong')).status).toBe(401)
  expect(await hashOf(account.email)).toMatch(/^\$2[aby]\$04\$/)
  expect((await logIn(dearer, account.email)).status).toBe(200)
  const raised = await hashOf(account.email)
  expect(raised).toMatch(/^\$2[aby]\$05\$/)
  for (const service of [dearer, cheap])
    expect((await logIn(service, account.email)).status).toBe(200)
  expect(await hashOf(account.email)).toBe(raised)
  await dearer.stop()
})

test('two logins at once that both raise the cost both work', async () => {
  const account = await newAccount(cheap)
  const dearer = await startUsers(database, { settings: { passwordCost: 5, passwordThreads: 2 } })
  const both = await Promise.all([logIn(dearer, account.email), logIn(dearer, account.email)])
  expect(both.map(({ status }) => status)).toEqual([200, 200])
  await dearer.stop()
})

test.each([
  [4, 4, []],
  [4, 5, [4]],
  [10, 12, [10, 11]],
  [12, 10, []],
])(
  'comparing a hash of cost %i where cost %i is usual takes the work of a usual one',
  (own, usual, more) => {
    const costs = costsToMakeUp(own, usual)
    expect(costs).toEqual(more)
    const work = [own, ...costs].reduce((sum, cost) => sum + 2 ** cost, 0)
    expect(work).toBe(2 ** Math.max(own, usual))
  },
)

test('a hash of a lower cost than the usual one is compared with more work than its own', async () => {
  const hashed = await hashPassword({ password: PASSWORD, cost: 4 })
  const order: string[] = []
  // Both share this thread, step by step: with nothing to make up, what began first would end first.
  await Promise.all([
    comparePassword({ password: PASSWORD, hashed, cost: 8 }).then(() => order.push('compared')),
    hashPassword({ password: PASSWORD, cost: 4 }).then(() => order.push('hashed')),
  ])
  expect(order).toEqual(['hashed', 'compared'])
})

/** One thread, one place to wait, 120 ms for each password: of six logins at once some find the queue full. */
const narrow = () =>
  startUsers(database, { settings: { passwordCost: 11, passwordThreads: 1, passwordQueue: 1 } })

const sixAtOnce = (request: () => Promise<Answer>) =>
  Promise.all(Array.from({ length: 6 }, request))

test('unknown, wrong and inactive logins all do the work of a real one: they fill the queue alike', async () => {
  const [known, inactive, gone] = await Promise.all([
    newAccount(cheap),
    newAccount(cheap),
    newAccount(cheap),
  ])
  await database.query('update users.users set is_active = false where id = $1', [inactive.id])
  await cheap.call('/users/me', { method: 'DELETE', token: gone.access_token })
  // The hashes are of cost 4, where the service now has 11.
  const service = await narrow()
  for (const attempt of [
    () => logIn(service, known.email, 'wrong'),
    () => logIn(service, newEmail('unknown')),
    () => logIn(service, inactive.email),
    () => logIn(service, inactive.email, 'wrong'),
    () => logIn(service, gone.email),
  ]) {
    const answers = (await sixAtOnce(attempt)).map(({ status }) => status)
    expect(new Set(answers)).toEqual(new Set([401, 503]))
  }
  await service.stop()
})

test('past the queue the answer is 503 with Retry-After, and what waits is served', async () => {
  const service = await narrow()
  for (const request of [
    () => register(service, newEmail()),
    () => logIn(service, newEmail('unknown')),
  ]) {
    const answers = await sixAtOnce(request)
    const busy = answers.filter(({ status }) => status === 503)
    expect(busy.length).toBeGreaterThan(0)
    expect(busy.length).toBeLessThanOrEqual(4)
    for (const { headers, body } of busy) {
      expect(headers.get('retry-after')).toBe('5')
      expect(body).toMatchObject({ code: 'busy', detail: expect.stringContaining('try again') })
    }
  }
  expect((await register(service, newEmail())).status).toBe(201)
  await service.stop()
})

test('/health goes on answering while logins wait for their passwords', async () => {
  const service = await startUsers(database, { settings: { passwordCost: 12 } })
  let pending = 6
  const flood = Array.from({ length: pending }, async () => {
    const { status } = await logIn(service, newEmail('unknown'), PASSWORD)
    pending--
    return status
  })
  // On the event loop each request would wait for a slice of 100 ms: the logins would end first.
  for (let request = 0; request < 30; request++)
    expect((await service.call('/health')).status).toBe(200)
  expect(pending).toBeGreaterThan(0)
  expect(new Set(await Promise.all(flood))).toEqual(new Set([401]))
  await service.stop()
})
