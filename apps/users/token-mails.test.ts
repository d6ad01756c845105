import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { TestDatabase } from '../shared/testing/test-database.ts'
import type { TestService } from '../shared/testing/test-service.ts'
import { whileLocked } from '../shared/testing/while-locked.ts'
import {
  type Account,
  logIn,
  newAccount,
  newAdmin,
  newEmail,
  refresh,
  startUsers,
  usersDatabase,
} from './testing.ts'

let database: TestDatabase
let users: TestService

beforeAll(async () => {
  database = await usersDatabase()
  // Tokens stay to be seen: nothing takes the events away.
  await database.query('alter table users.outbox disable trigger forget_token')
  users = await startUsers(database, { settings: { tokenMailsPerAccount: 3 } })
})
afterAll(async () => {
  await users?.stop()
  await database?.close()
})

interface Event {
  type: string
  data: Record<string, string>
}
const eventsOf = async (id: string): Promise<Event[]> =>
  (
    await database.query<{ envelope: Event }>(
      `select envelope from users.outbox where envelope #>> '{subject,id}' = $1 order by id`,
      [id],
    )
  ).map(({ envelope }) => envelope)
const typesOf = async ({ id }: Account) => (await eventsOf(id)).map(({ type }) => type)

const forget = (email: string, service = users) =>
  service.call('/auth/password-reset', { json: { email } })
const confirm = (token: unknown, password: unknown = 'a new password') =>
  users.call('/auth/password-reset/confirm', { json: { token, password } })
const askToVerify = ({ access_token: token }: Account) =>
  users.call('/users/me/email-verification', { method: 'POST', token })
const verify = (token: string) => users.call('/auth/verify-email', { json: { token } })

/** Waits until so many tokens of a type were handed over to be mailed. */
const tokensOf = ({ id }: Account, type: string, count = 1): Promise<string[]> =>
  vi.waitFor(async () => {
    const events = (await eventsOf(id)).filter(event => event.type === type)
    if (events.length < count) throw new Error(`${events.length} of ${count}`)
    return events.map(({ data }) => data['token'] ?? '')
  }, 20_000)
const RESET = 'user.password-reset-requested'
const VERIFICATION = 'user.email-verification-requested'
const expireTokens = ({ id }: Account) =>
  database.query(`update users.mail_tokens set expires_at = now() where user_id = $1`, [id])

test('what happens to an account is published in the transaction that does it', async () => {
  const account = await newAccount(users)
  const token = account.access_token
  await users.call('/users/me', { method: 'PATCH', token, json: { full_name: 'Ada King' } })
  await users.call('/users/me', { method: 'PATCH', token, json: { full_name: 'Ada King' } })
  const admin = await newAdmin(users, database)
  await users.call(`/users/${account.id}`, {
    ...{ method: 'PATCH', token: admin.access_token, json: { role: 'admin' } },
  })
  await users.call('/users/me', { method: 'DELETE', token })
  const events = await eventsOf(account.id)
  const known = { user_id: account.id, email: account.email }
  expect(events.map(({ type, data }) => [type, data])).toEqual([
    ['user.registered', { ...known, full_name: 'Ada Lovelace', role: 'buyer' }],
    ['user.changed', { ...known, full_name: 'Ada King', role: 'buyer' }],
    ['user.changed', { ...known, full_name: 'Ada King', role: 'admin' }],
    ['user.deleted', { user_id: account.id }],
  ])
})

test('known and unknown addresses get one answer, and of the unknown nothing stays', async () => {
  const { email } = await newAccount(users)
  const answers = [
    await forget(email),
    await forget(newEmail('nobody')),
    await forget('no address'),
  ]
  const shown = answers.map(({ status, body, headers }) => [
    status,
    body,
    [...headers.keys()].sort(),
  ])
  expect(shown[0]?.slice(0, 2)).toEqual([202, { status: 'accepted' }])
  expect(shown[1]).toEqual(shown[0])
  expect(shown[2]).toEqual(shown[0])
  await vi.waitFor(async () =>
    expect(await database.query('select from users.password_reset_requests')).toEqual([]),
  )
})

test('the answer takes the same time for each: it comes before anybody looks for the account', async () => {
  const account = await newAccount(users)
  const answer = await whileLocked(
    database,
    { statements: [['lock table users.users in access exclusive mode', []]], waiting: 1 },
    () => forget(account.email),
  )
  expect(answer.status).toBe(202)
  expect(await tokensOf(account, RESET)).toHaveLength(1)
})

test('the token of the mail gives a new password once, ends all sessions and confirms the address', async () => {
  const account = await newAccount(users)
  await forget(account.email.toUpperCase())
  const [token = ''] = await tokensOf(account, RESET)
  expect((await confirm(token)).status).toBe(204)
  expect((await refresh(users, account.refresh_token)).status).toBe(401)
  expect((await logIn(users, account.email)).status).toBe(401)
  const session = await logIn(users, account.email, 'a new password')
  expect(session.status).toBe(200)
  const me = await users.call('/users/me', { token: session.body.access_token })
  expect(me.body.email_verified).toBe(true)
  const again = await confirm(token, 'another password')
  expect([again.status, again.body.code]).toEqual([400, 'invalid_token'])
})

test('of many who use a token at once one succeeds', async () => {
  const account = await newAccount(users)
  await forget(account.email)
  const [token = ''] = await tokensOf(account, RESET)
  const answers = await Promise.all(
    ['one', 'two', 'three'].map(it => confirm(token, `password ${it}`)),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 400, 400])
})

test('a second token leaves the first good; one that is used takes the other along', async () => {
  const account = await newAccount(users)
  await forget(account.email)
  await tokensOf(account, RESET)
  await forget(account.email)
  const [first = '', second = ''] = await tokensOf(account, RESET, 2)
  expect((await confirm(first)).status).toBe(204)
  expect((await confirm(second)).status).toBe(400)
})

test('a token that expired, is of another purpose or was made up changes nothing', async () => {
  const account = await newAccount(users)
  await forget(account.email)
  await askToVerify(account)
  const [reset = ''] = await tokensOf(account, RESET)
  const [verification = ''] = await tokensOf(account, VERIFICATION)
  const refused = [await confirm(verification), await verify(reset), await confirm('made up')]
  await expireTokens(account)
  refused.push(await confirm(reset), await verify(verification))
  expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
    refused.map(() => [400, 'invalid_token']),
  )
  expect((await confirm(reset, 'short')).status).toBe(422)
  expect((await logIn(users, account.email)).status).toBe(200)
})

test('nobody is mailed for an account that is inactive or deleted', async () => {
  const [inactive, deleted] = [await newAccount(users), await newAccount(users)]
  await database.query('update users.users set is_active = false where id = $1', [inactive.id])
  await users.call('/users/me', { method: 'DELETE', token: deleted.access_token })
  for (const { email } of [inactive, deleted]) expect((await forget(email)).status).toBe(202)
  await vi.waitFor(async () =>
    expect(await database.query('select from users.password_reset_requests')).toEqual([]),
  )
  for (const account of [inactive, deleted]) expect(await typesOf(account)).not.toContain(RESET)
})

test('a mailbox gets three mails an hour; the answers do not tell', async () => {
  const account = await newAccount(users)
  for (let i = 0; i < 6; i++) expect((await forget(account.email)).status).toBe(202)
  expect(await tokensOf(account, RESET, 3)).toHaveLength(3)
  await vi.waitFor(async () =>
    expect(await database.query('select from users.password_reset_requests')).toEqual([]),
  )
  expect(await tokensOf(account, RESET, 3)).toHaveLength(3)
})

test('an address that asks too often has to wait', async () => {
  const strict = await startUsers(database, { settings: { tokenMailsPerAddress: 2 } })
  for (const status of [202, 202, 429])
    expect((await forget(newEmail('nobody'), strict)).status).toBe(status)
  await strict.stop()
})

test('an address is confirmed by the token of its mail, once', async () => {
  const account = await newAccount(users)
  expect(account.email_verified).toBe(false)
  expect((await askToVerify(account)).status).toBe(202)
  const [token = ''] = await tokensOf(account, VERIFICATION)
  expect((await verify(token)).status).toBe(204)
  expect((await verify(token)).status).toBe(400)
  const me = await users.call('/users/me', { token: account.access_token })
  expect(me.body.email_verified).toBe(true)
  const again = await askToVerify(account)
  expect([again.status, again.body.code]).toEqual([409, 'email_verified'])
})

test('a user can have three such mails an hour', async () => {
  const account = await newAccount(users)
  const answers = []
  for (let i = 0; i < 4; i++) answers.push((await askToVerify(account)).status)
  expect(answers).toEqual([202, 202, 202, 429])
})

test('tokens are known to the mail alone: hashed here, in no log, and out of the outbox once sent', async () => {
  const account = await newAccount(users)
  await forget(account.email)
  const [token = ''] = await tokensOf(account, RESET)
  const rows = await database.query<{ row: string }>(
    'select it::text as row from users.mail_tokens it where user_id = $1',
    [account.id],
  )
  expect(rows).toHaveLength(1)
  expect(rows[0]?.row).not.toContain(token)
  await confirm('x'.repeat(30))
  expect(JSON.stringify(users.logs())).not.toContain(token)
  const own = await usersDatabase()
  await own.query(
    `insert into users.outbox (id, envelope) values (uuidv7(), '{"type":"x","data":{"token":"secret","user_id":"u"}}'),
      (uuidv7(), '{"type":"y","data":{"user_id":"u"}}')`,
  )
  await own.query('update users.outbox set refusals = 1')
  const texts = async () =>
    (await own.query<{ text: string }>('select envelope::text as text from users.outbox')).map(
      ({ text }) => text,
    )
  expect((await texts()).join()).toContain('secret')
  await own.query('update users.outbox set sent_at = now()')
  expect((await texts()).join()).not.toContain('secret')
  expect((await texts()).join()).toContain('"token": "sent"')
  await own.close()
})
