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
  startUsers,
  usersDatabase,
} from './testing.ts'

let database: TestDatabase
let users: TestService
let admin: Account

beforeAll(async () => {
  database = await usersDatabase()
  users = await startUsers(database)
  admin = await newAdmin(users, database)
})

afterAll(async () => {
  await users?.stop()
  await database?.close()
})

const find = (id: string, token: string) => users.call(`/users/${id}`, { token })

const change = (id: string, json: unknown, token = admin.access_token) =>
  users.call(`/users/${id}`, { method: 'PATCH', json, token })

test('an account is seen by its owner and by admins; for others it is not there', async () => {
  const [owner, other] = await Promise.all([newAccount(users), newAccount(users)])
  const own = await find(owner.id, owner.access_token)
  expect(own.status).toBe(200)
  expect(own.body).toMatchObject({ id: owner.id, email: owner.email })
  expect((await find(owner.id, admin.access_token)).body).toEqual(own.body)
  const unknown = await find('00000000-0000-4000-8000-000000000000', admin.access_token)
  for (const answer of [await find(owner.id, other.access_token), unknown]) {
    expect(answer.status).toBe(404)
    expect(answer.body).toMatchObject({ detail: 'User not found', code: 'user_not_found' })
  }
})

test.each(['1', "' or 1=1 --", 'me%00', '00000000-0000-4000-8000-00000000000'])(
  '%j is no user id',
  async id => {
    const { status, body } = await find(encodeURIComponent(id), admin.access_token)
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ location: 'path', field: 'user_id' }])
  },
)

test('a buyer changes and lists no accounts', async () => {
  const buyer = await newAccount(users)
  const answers = [
    await change(buyer.id, { role: 'admin' }, buyer.access_token),
    await users.call('/users', { token: buyer.access_token }),
  ]
  for (const { status } of answers) expect(status).toBe(403)
  expect((await users.call('/users')).status).toBe(401)
})

test('a new role shows in the next token', async () => {
  const buyer = await newAccount(users)
  const changed = await change(buyer.id, { role: 'admin' })
  expect(changed.status).toBe(200)
  expect(changed.body).toMatchObject({ id: buyer.id, role: 'admin', is_active: true })
  const { body } = await logIn(users, buyer.email)
  expect((await users.call('/users', { token: body.access_token })).status).toBe(200)
  await change(buyer.id, { role: 'buyer' })
})

test('an admin who becomes a buyer has to log in again', async () => {
  const second = await newAdmin(users, database)
  expect((await change(second.id, { role: 'buyer' })).body.role).toBe('buyer')
  expect((await refresh(users, second.refresh_token)).status).toBe(401)
})

test('who is an admin no more manages no accounts, whatever the token still says', async () => {
  const buyer = await newAccount(users)
  const formers = [
    { former: await newAdmin(users, database), json: { role: 'buyer' }, status: 403 },
    { former: await newAdmin(users, database), json: { is_active: false }, status: 401 },
  ]
  for (const { former, json, status } of formers) {
    await change(former.id, json)
    const answers = [
      await change(former.id, { role: 'admin', is_active: true }, former.access_token),
      await change(buyer.id, { role: 'admin' }, former.access_token),
      await users.call('/users', { token: former.access_token }),
    ]
    expect(answers.map(answer => answer.status)).toEqual([status, status, status])
    expect((await find(buyer.id, former.access_token)).status).toBe(status === 403 ? 404 : 401)
  }
  expect((await find(buyer.id, admin.access_token)).body.role).toBe('buyer')
})

test('deactivation ends login and sessions, and reactivation allows to log in again', async () => {
  const account = await newAccount(users)
  expect((await change(account.id, { is_active: false })).body.is_active).toBe(false)
  expect((await logIn(users, account.email)).status).toBe(401)
  expect((await refresh(users, account.refresh_token)).status).toBe(401)
  expect((await change(account.id, { is_active: true })).body.is_active).toBe(true)
  expect((await logIn(users, account.email)).status).toBe(200)
})

test.each([[{}], [{ role: 'owner' }], [{ is_active: 'no' }], [{ full_name: 'x' }], [null]])(
  'the change %j is refused',
  async json => {
    expect((await change(admin.id, json)).status).toBe(422)
  },
)

test('a change of an unknown account is 404', async () => {
  const answer = await change('00000000-0000-4000-8000-000000000000', { is_active: false })
  expect([answer.status, answer.body.detail]).toEqual([404, 'User not found'])
})

test('an account that its owner deleted can not change any more', async () => {
  const account = await newAccount(users)
  await users.call('/users/me', { method: 'DELETE', token: account.access_token })
  for (const json of [{ is_active: true }, { role: 'admin' }, { is_active: false }]) {
    const answer = await change(account.id, json)
    expect([answer.status, answer.body.code]).toEqual([409, 'user_deleted'])
  }
})

/** An instance with a database of its own and these admins alone. */
async function shopWithAdmins(count: number) {
  const own = await usersDatabase()
  const service = await startUsers(own)
  const admins: Account[] = []
  for (let index = 0; index < count; index++) admins.push(await newAdmin(service, own))
  const close = async () => {
    await service.stop()
    await own.close()
  }
  return { service, admins, close, database: own }
}

const leaveBy = {
  'giving up the role': { method: 'PATCH', json: { role: 'buyer' } },
  deactivation: { method: 'PATCH', json: { is_active: false } },
  'deleting the account': { method: 'DELETE' },
}
const leave = (service: TestService, { id, access_token: token }: Account, how: object) =>
  service.call(`/users/${'json' in how ? id : 'me'}`, { ...how, token })

test('the last admin can not go, an inactive one does not count', async () => {
  const { service, admins, close } = await shopWithAdmins(2)
  const [last, inactive] = admins as [Account, Account]
  await leave(service, inactive, leaveBy.deactivation)
  for (const how of Object.values(leaveBy)) {
    const answer = await leave(service, last, how)
    expect([answer.status, answer.body.code]).toEqual([409, 'last_admin'])
    expect(answer.body.detail).toMatch(/give another user the role first/)
  }
  expect((await service.call('/users/me', { token: last.access_token })).body).toMatchObject({
    role: 'admin',
    is_active: true,
  })
  await close()
})

test('of admins who all leave at once, whatever the way, one stays', async () => {
  const { service, admins, close, database: own } = await shopWithAdmins(3)
  const ways = Object.values(leaveBy)
  const answers = await whileLocked(
    own,
    { statements: [['select from users.users for update', []]], waiting: 3 },
    () => Promise.all(admins.map((account, index) => leave(service, account, ways[index]!))),
  )
  expect(answers.map(({ status }) => status).filter(status => status === 409)).toHaveLength(1)
  const left = await own.query(`select from users.users where role = 'admin' and is_active`)
  expect(left).toHaveLength(1)
  await close()
})
