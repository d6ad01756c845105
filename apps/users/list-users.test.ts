import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../shared/testing/test-database.ts'
import type { Answer, TestService } from '../shared/testing/test-service.ts'
import { Users, type UserView } from './schemas.ts'
import { newAdmin, startUsers, usersDatabase } from './testing.ts'

const USERS = 25

let database: TestDatabase
let users: TestService
let token: string

beforeAll(async () => {
  database = await usersDatabase()
  users = await startUsers(database)
  token = (await newAdmin(users, database)).access_token
  // Three by three as old as each other, and all older than the admin.
  await database.query(
    `insert into users.users select gen_random_uuid(), email, email, '', 'Listed', 'buyer', true, at, at
     from (select 'listed-' || lpad(n::text, 2, '0') || '@example.com' as email,
             timestamptz '2020-01-01' + (n / 3) * interval '1 ms' as at
           from generate_series(1, ${USERS}) n) rows`,
  )
})

afterAll(async () => {
  await users?.stop()
  await database?.close()
})

const list = (query: string) => users.call(`/users${query}`, { token })
const emails = ({ body }: Answer) => (body as UserView[]).map(({ email }) => email)
const nextOf = ({ headers }: Answer) =>
  /^<(\/users\?[^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]

test('accounts are listed oldest first, in the documented shape', async () => {
  const all = await list('')
  expect(all.status).toBe(200)
  expect(Users.element.strict().array().parse(all.body)).toHaveLength(USERS + 1)
  const dates = (all.body as UserView[]).map(user => user.created_at)
  expect(dates).toEqual([...dates].sort())
  expect(nextOf(all)).toBeUndefined()
})

test.each([1, 2, 7, 26])(
  'the Link header leads through pages of %i to every account once',
  async limit => {
    const seen: string[] = []
    let next: string | undefined = `/users?limit=${limit}`
    while (next !== undefined) {
      const page: Answer = await users.call(next, { token })
      expect(page.status).toBe(200)
      expect(page.body.length).toBeLessThanOrEqual(limit)
      seen.push(...emails(page))
      next = nextOf(page)
    }
    expect(seen).toHaveLength(USERS + 1)
    expect(new Set(seen).size).toBe(USERS + 1)
  },
)

test('skip leaves out the first accounts', async () => {
  const all = emails(await list(''))
  const page = await list('?skip=5&limit=3')
  expect(emails(page)).toEqual(all.slice(5, 8))
  const after = await users.call(nextOf(page) ?? '', { token })
  expect(emails(after)).toEqual(all.slice(8, 11))
})

test.each([
  ['the start of an e-mail', 'listed-0', 9],
  ['a start in another case', 'LISTED-1', 10],
  ['a whole e-mail', 'listed-07@example.com', 1],
  ['nothing', '', USERS + 1],
  ['what stands inside only', 'example', 0],
  ['a percent sign', '%', 0],
  ['an underscore', 'listed_', 0],
  ['a backslash', 'listed\\', 0],
  ['SQL', "' or 1=1 --", 0],
])('a search for %s finds accounts by the start of their e-mail', async (_, search, found) => {
  const answer = await list(`?search=${encodeURIComponent(search)}`)
  expect(answer.status).toBe(200)
  expect(answer.body).toHaveLength(found)
})

test('a search with pages keeps to the search', async () => {
  const first = await list('?search=listed-1&limit=6')
  const second = await users.call(nextOf(first) ?? '', { token })
  expect([...emails(first), ...emails(second)]).toEqual(
    expect.arrayContaining(Array.from({ length: 10 }, (_, n) => `listed-1${n}@example.com`)),
  )
  expect(nextOf(second)).toBeUndefined()
})

const cursor = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url')
const ID = '00000000-0000-4000-8000-000000000000'

test.each([
  ['limit', 'limit=0'],
  ['limit', 'limit=101'],
  ['limit', 'limit=ten'],
  ['limit', 'limit=1&limit=2'],
  ['skip', 'skip=-1'],
  ['skip', 'skip=100001'],
  ['search', 'search=%00'],
  ['after', 'after=nonsense'],
  ['after', `after=${cursor(['-created_at', '2020-01-01T00:00:00.000Z', ID])}`],
  ['after', `after=${cursor(['0000-01-01T00:00:00Z', ID])}`],
  ['after', `after=${cursor(["2020' or 1=1", ID])}`],
])('a list with a %s out of range (%s) is refused', async (field, query) => {
  const { status, body } = await list(`?${query}`)
  expect(status).toBe(422)
  expect(body.errors).toMatchObject([{ location: 'query', field }])
})

test('an unknown query parameter is ignored', async () => {
  const answer = await list('?limit=2&color=red')
  expect([answer.status, answer.body.length]).toEqual([200, 2])
})
