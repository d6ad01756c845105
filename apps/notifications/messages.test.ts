import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer } from '../shared/testing/test-service.ts'
import { MessageViews } from './schemas.ts'
import { type Desk, openDesk, type Person, stranger } from './testing.ts'

const MESSAGES = 25
let desk: Desk
let ada: Person
let eve: Person

beforeAll(async () => {
  desk = await openDesk()
  ;[ada, eve] = [await stranger(desk), await stranger(desk)]
  for (const { user_id } of [ada, eve])
    await desk.database.query(
      `with person as (insert into notifications.recipients (user_id, last_number) values ($1, ${MESSAGES}))
       insert into notifications.messages (id, user_id, number, kind, title, body, data)
       select uuidv7(), $1, n, 'order_shipped', 'Message ' || n, 'Text', '{"order_id":"x"}'
       from generate_series(1, ${MESSAGES}) n`,
      [user_id],
    )
})
afterAll(() => desk?.close())

const get = (path: string, { token } = ada) => desk.notifications.call(path, { token })
const read = (id: string, { token } = ada) =>
  desk.notifications.call(`/notifications/${id}/read`, { method: 'PUT', token })
const titles = ({ body }: Answer) => body.map((message: { title: string }) => message.title)
const nextOf = ({ headers }: Answer) =>
  /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]

test('messages are listed newest first, in the documented shape', async () => {
  const all = await get('/notifications')
  expect(MessageViews.element.strict().array().parse(all.body)).toHaveLength(MESSAGES)
  expect(titles(all).slice(0, 2)).toEqual(['Message 25', 'Message 24'])
})

test('the Link header leads to every message once, also while new ones come and are read', async () => {
  const seen: string[] = []
  let next: string | undefined = '/notifications?limit=7'
  while (next !== undefined) {
    const page: Answer = await get(next, eve)
    seen.push(...titles(page))
    await desk.database.query(
      `insert into notifications.messages (id, user_id, number, kind, title, body, data)
       select uuidv7(), $1, max(number) + 1, 'welcome', 'New', '', '{}' from notifications.messages where user_id = $1`,
      [eve.user_id],
    )
    next = nextOf(page)
  }
  expect(seen).toHaveLength(MESSAGES)
  expect(new Set(seen).size).toBe(MESSAGES)
})

test('a message that was read is left out of the unread ones; its time is that of the first reading', async () => {
  const [message] = (await get('/notifications?limit=1')).body
  const first = await read(message.id)
  expect(first.body).toEqual({ ...message, read_at: expect.any(String) })
  expect((await read(message.id)).body).toEqual(first.body)
  expect(titles(await get('/notifications?unread=true'))).not.toContain(message.title)
  expect(titles(await get('/notifications?unread=false'))).toContain(message.title)
})

test("nobody reads another's messages, or marks them", async () => {
  const [message] = (await get('/notifications', eve)).body
  const answer = await read(message.id)
  expect([answer.status, answer.body.code]).toEqual([404, 'notification_not_found'])
  expect((await get('/notifications', await stranger(desk))).body).toEqual([])
  expect((await get('/notifications?unread=true&limit=1', eve)).body[0].read_at).toBeNull()
})

test.each([
  ['/notifications?unread=maybe', 'unread'],
  ['/notifications?limit=0', 'limit'],
  ['/notifications?after=x', 'after'],
])('%s is refused', async (path, field) => {
  const { status, body } = await get(path)
  expect([status, body.errors[0].field]).toEqual([422, field])
})
