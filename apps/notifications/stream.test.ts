import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { TestService } from '../shared/testing/test-service.ts'
import {
  accountOf,
  customer,
  type Desk,
  openDesk,
  orderOf,
  type Person,
  spawnNotifications,
  stranger,
} from './testing.ts'

let desk: Desk
let other: TestService

beforeAll(async () => {
  desk = await openDesk()
  other = await desk.another()
})
afterAll(() => desk?.close())

interface Opened {
  response: IncomingMessage
  /** Everything so far. */
  text: () => string
  /** Waits for the events `notification`. */
  events: (count: number) => Promise<{ id: number; title: string }[]>
  leave: () => void
}

/** A client that reads as the events come. */
async function open(
  token: string,
  lastEventId?: string | number,
  url = desk.notifications.url,
): Promise<Opened> {
  const outgoing = request(`${url}/notifications/stream`, {
    agent: false,
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
  }).end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  let text = ''
  response.setEncoding('utf8').on('data', chunk => (text += String(chunk)))
  response.on('error', () => {})
  const leave = () => void response.destroy()
  onTestFinished(leave)
  const parsed = () =>
    [...text.matchAll(/^id: (\d+)\nevent: notification\ndata: (.+)\n\n/gm)].map(([, id, data]) => ({
      id: Number(id),
      title: (JSON.parse(data ?? '') as { title: string }).title,
    }))
  const events: Opened['events'] = count =>
    vi.waitFor(() => {
      if (parsed().length < count) throw new Error(`${parsed().length} of ${count}: ${text}`)
      return parsed()
    }, 20_000)
  return { response, text: () => text, events, leave }
}

const shipped = (person: Person) => desk.tell('order.shipped', orderOf(person))

test('a message arrives as it is stored, whichever instance has stored it', async () => {
  const person = await customer(desk)
  const streams = await Promise.all([open(person.token), open(person.token, undefined, other.url)])
  for (const { response } of streams)
    expect(response.headers).toMatchObject({
      ...{ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' },
      'cache-control': 'no-store, no-transform',
    })
  await shipped(person)
  for (const { events } of streams)
    expect(await events(1)).toEqual([{ id: 2, title: expect.stringMatching(/is on its way$/) }])
})

test('a client resumes after the last event that it had', async () => {
  const person = await customer(desk)
  for (let i = 0; i < 3; i++) await shipped(person)
  await desk.settled()
  const resumed = await open(person.token, 2)
  expect((await resumed.events(2)).map(({ id }) => id)).toEqual([3, 4])
  const whole = await open(person.token, 0)
  expect((await whole.events(4)).map(({ id }) => id)).toEqual([1, 2, 3, 4])
})

test('nothing is sent that came before the stream, unless the client asks for it', async () => {
  const person = await customer(desk)
  const stream = await open(person.token)
  await shipped(person)
  expect((await stream.events(1)).map(({ id }) => id)).toEqual([2])
})

test('a client that was ahead of a restored database still gets what is new', async () => {
  const person = await customer(desk)
  const stream = await open(person.token, 999)
  await shipped(person)
  expect((await stream.events(1)).map(({ id }) => id)).toEqual([2])
})

test('more messages than are read at once all come, in order', async () => {
  const person = await stranger(desk)
  await desk.database.query(
    `with person as (insert into notifications.recipients (user_id, last_number) values ($1, 250))
     insert into notifications.messages (id, user_id, number, kind, title, body, data)
     select uuidv7(), $1, n, 'welcome', 'Message ' || n, '', '{}' from generate_series(1, 250) n`,
    [person.user_id],
  )
  const stream = await open(person.token, 0)
  const events = await stream.events(250)
  expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 250 }, (_, n) => n + 1))
})

test("nobody hears of another's messages", async () => {
  const [person, eve] = [await customer(desk), await customer(desk)]
  const stream = await open(eve.token)
  await shipped(person)
  await shipped(eve)
  expect(await stream.events(1)).toHaveLength(1)
})

test('a line end in a message ends no event', async () => {
  const person = await customer(desk)
  const stream = await open(person.token)
  await desk.tell('payment.failed', {
    ...orderOf(person),
    ...{ payment_id: person.user_id, amount_cents: 1, currency: 'USD' },
    reason: 'x\n\nid: 99\nevent: notification\ndata: {}\n\n',
  })
  expect((await stream.events(1)).map(({ id }) => id)).toEqual([2])
})

test('a stream ends before its token does', async () => {
  const person = await stranger(desk)
  const exp = Math.floor(Date.now() / 1000) + 7
  const token = await desk.issuer.forge({ claims: { sub: person.user_id, exp } })
  const { response, text } = await open(token)
  await once(response, 'end')
  expect(response.complete).toBe(true)
  expect(Date.now()).toBeLessThan(exp * 1000)
  expect(text()).toMatch(/^retry: \d+\n\n/)
})

test('the end of the service ends its streams at once, whole, and the client resumes elsewhere', async () => {
  const person = await customer(desk)
  const going = await spawnNotifications(desk)
  onTestFinished(() => void going.child.kill('SIGKILL'))
  const { response } = await open(person.token, undefined, going.url)
  going.child.kill('SIGTERM')
  await once(response, 'end')
  expect(response.complete).toBe(true)
  expect(await going.exitCode()).toBe(0)
  expect(going.output()).not.toContain('still running')
  await shipped(person)
  const resumed = await open(person.token, 1)
  expect(await resumed.events(1)).toHaveLength(1)
})

test.each(['x', '-1', '1.5', '99999999999999999999'])(
  'Last-Event-ID "%s" is refused, and counts for nothing',
  async id => {
    const { token } = await stranger(desk)
    const { status, body } = await desk.notifications.call('/notifications/stream', {
      ...{ token, headers: { 'last-event-id': id } },
    })
    expect([status, body.errors[0].field]).toEqual([422, 'Last-Event-ID'])
  },
)

test('a user has ten streams at most; one that is left makes room', async () => {
  const { token } = await stranger(desk)
  const streams = await Promise.all(Array.from({ length: 10 }, () => open(token)))
  const refused = await desk.notifications.call('/notifications/stream', { token })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
  streams[0]?.leave()
  await vi.waitFor(async () => {
    const next = await open(token)
    expect(next.response.statusCode).toBe(200)
  }, 10_000)
})

test('the log has a line for each stream when it ends: leaving is no failure', async () => {
  const person = await stranger(desk)
  const stream = await open(person.token)
  const id = stream.response.headers['x-request-id']
  stream.leave()
  const line = await vi.waitFor(() => {
    const found = desk.notifications.logs().find(({ request_id }) => request_id === id)
    if (!found) throw new Error('not yet')
    return found
  }, 10_000)
  expect(line).toMatchObject({ path: '/notifications/stream', status: 200, msg: 'request' })
})

test('a message whose NOTIFY was missed is found all the same when the listener is back', async () => {
  const person = await customer(desk)
  const stream = await open(person.token)
  await desk.database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'notifications-inbox'`,
  )
  await desk.tell('user.changed', accountOf(person))
  await shipped(person)
  expect((await stream.events(1)).map(({ id }) => id)).toEqual([2])
})
