import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../shared/database/database.ts'
import { testDatabase, type TestDatabase } from '../shared/testing/test-database.ts'
import { hasBounced, readBounces } from './bounces.ts'
import { type MessageChannel, NotSent, type Outgoing, type Verdict } from './channels/channel.ts'
import type { DeliverDeps } from './deliver.ts'
import type { DeliveryLog } from './delivery-log/delivery-log.ts'
import { postgresDeliveryLog } from './delivery-log/postgres-delivery-log.ts'
import { DeviceEntity } from './device.ts'
import { pruneDeliveries, takeDue } from './due-deliveries.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { sendDue } from './sender.ts'

const log = pino({ level: 'silent' })
let arranged: TestDatabase
let database: Database
let sent: Outgoing[]
/** What the provider does with the next messages; then it takes them. */
let answers: (Verdict | 'dies' | 'disk full')[]

const channel: MessageChannel = {
  send: async message => {
    const answer = answers.shift()
    if (answer === 'dies') throw new Error('the process would have died here')
    if (answer === 'disk full')
      throw Object.assign(new Error('write: no space for bea@example.com'), { code: 'ENOSPC' })
    if (answer !== undefined) throw new NotSent(answer, `provider says ${answer}`)
    sent.push(message)
    return { providerId: 'provider' }
  },
}

beforeAll(async () => {
  arranged = await testDatabase(manifest.name, MIGRATIONS)
  database = await openDatabase({
    ...{ service: manifest.name, url: arranged.url, poolSize: 6 },
    ...{ entities: [DeviceEntity], migrations: MIGRATIONS },
  })
})
afterAll(async () => {
  await database?.close()
  await arranged?.close()
})
beforeEach(async () => {
  ;[sent, answers] = [[], []]
  await arranged.query(
    'truncate notifications.recipients, notifications.devices, notifications.deliveries, notifications.delivery_log, notifications.bounced_addresses cascade',
  )
})

const deps = (change: Partial<DeliverDeps> = {}): DeliverDeps => ({
  ...{ database, log, attempts: 3, site: { shopName: 'Shop', pagesUrl: '' } },
  deliveryLog: postgresDeliveryLog(database, 90),
  channels: {
    ...{ email: channel, sms: channel, bounced: undefined, close: () => {} },
    push: {
      ...channel,
      register: (platform, token) => Promise.resolve(`arn:${platform}:${token}`),
      forget: () => Promise.resolve(),
    },
    pushPlatforms: ['ios', 'android'],
  },
  ...change,
})

interface Given {
  email: string | null
  channel: 'email' | 'sms' | 'push'
  device: string
  content: object
}

/** A delivery that is due. Returns its id. */
async function due({
  email = 'ada@example.com',
  channel: by = 'email',
  ...given
}: Partial<Given> = {}) {
  const user = randomUUID()
  await arranged.query(
    `insert into notifications.recipients (user_id, email, full_name) values ($1, $2, 'Ada')`,
    [user, email],
  )
  const device = given.device === undefined ? null : randomUUID()
  if (device !== null)
    await arranged.query(
      'insert into notifications.devices (id, user_id, type, address) values ($1, $2, $3, $4)',
      [device, user, by === 'sms' ? 'phone' : 'ios', given.device],
    )
  const content = given.content ?? { order_id: randomUUID() }
  const [row] = await arranged.query<{ id: string }>(
    `insert into notifications.deliveries (id, event_id, user_id, kind, channel, device_id, content, state)
     values (uuidv7(), gen_random_uuid(), $1, 'order_shipped', $2, $3, $4, 'due') returning id`,
    [user, by, device, JSON.stringify(content)],
  )
  return row?.id ?? ''
}

interface Row {
  state: string
  attempts: number
  reason: string | null
  content: object
  waits: boolean
}
const rowOf = async (id: string) =>
  (
    await arranged.query<Row>(
      'select state, attempts, reason, content, due_at > now() as waits from notifications.deliveries where id = $1',
      [id],
    )
  )[0]
/** Time goes by until everything is due again. */
const later = () => arranged.query('update notifications.deliveries set due_at = now()')
const died = () =>
  arranged.query(`update notifications.delivery_log set busy_until = now() - interval '1 s'`)

test('what is due is sent once, and what it was made of is forgotten', async () => {
  const id = await due()
  await sendDue(deps())
  await later()
  await sendDue(deps())
  expect(sent).toHaveLength(1)
  expect(sent[0]).toMatchObject({ to: 'ada@example.com', kind: 'order_shipped' })
  expect(await rowOf(id)).toMatchObject({ state: 'sent', content: {}, reason: null })
})

test('many instances at once send each message once', async () => {
  await Promise.all(Array.from({ length: 60 }, () => due()))
  await Promise.all(Array.from({ length: 5 }, () => sendDue(deps())))
  expect(new Set(sent.map(({ key }) => key)).size).toBe(60)
  expect(sent).toHaveLength(60)
})

test('no sender waits for what another has in hand: it sends the rest', async () => {
  const [first, second] = [await due(), await due()]
  const other = new pg.Client({ connectionString: arranged.adminUrl })
  await other.connect()
  try {
    await other.query('begin')
    await other.query('select from notifications.deliveries where id = $1 for update', [first])
    expect((await takeDue(database)).map(({ id }) => id)).toEqual([second])
    await other.query('commit')
    expect((await takeDue(database)).map(({ id }) => id)).toEqual([first])
  } finally {
    await other.end()
  }
})

test('senders at once take each message once, though no log would stop the second', async () => {
  const ids = await Promise.all(Array.from({ length: 60 }, () => due()))
  const deliveryLog: DeliveryLog = {
    begin: () => Promise.resolve('begun'),
    sent: () => Promise.resolve(),
    gaveUp: () => Promise.resolve(),
    close: () => {},
  }
  await Promise.all(Array.from({ length: 4 }, () => sendDue(deps({ deliveryLog }))))
  expect(sent).toHaveLength(ids.length)
  expect(new Set(sent.map(({ key }) => key)).size).toBe(ids.length)
})

test('what the system refuses is named, without what the message says', async () => {
  const id = await due()
  answers = ['disk full']
  await sendDue(deps())
  expect(await rowOf(id)).toMatchObject({ state: 'due', reason: 'ENOSPC' })
})

test('a provider that is busy is asked again later, and then the message goes', async () => {
  const id = await due()
  answers = ['later', 'later']
  await sendDue(deps())
  expect(await rowOf(id)).toMatchObject({
    ...{ state: 'due', attempts: 1, waits: true, reason: 'provider says later' },
  })
  await sendDue(deps())
  expect(await rowOf(id)).toMatchObject({ attempts: 1 }) // not before its time
  await later()
  await sendDue(deps())
  await later()
  await sendDue(deps())
  expect(await rowOf(id)).toMatchObject({ state: 'sent', attempts: 3 })
  expect(sent).toHaveLength(1)
})

test('after the last try it is given up with the reason, and without a token', async () => {
  const id = await due({ content: { order_id: randomUUID(), token: 'secret' } })
  answers = ['later', 'later', 'later']
  for (let i = 0; i < 4; i++) {
    await sendDue(deps())
    await later()
  }
  expect(await rowOf(id)).toMatchObject({
    ...{ state: 'failed', attempts: 3, reason: 'provider says later' },
    content: { order_id: expect.any(String) },
  })
  expect(JSON.stringify(await rowOf(id))).not.toContain('secret')
})

test('what a provider refuses is given up at once', async () => {
  const id = await due()
  answers = ['refused']
  await sendDue(deps())
  expect(await rowOf(id)).toMatchObject({ state: 'failed', attempts: 1 })
})

test('an address that bounced is not tried again, in whatever case it is written', async () => {
  const first = await due({ email: 'gone@example.com' })
  answers = ['bounced']
  await sendDue(deps())
  const second = await due({ email: 'Gone@Example.com' })
  const other = await due({ email: 'here@example.com' })
  await sendDue(deps())
  expect(await rowOf(first)).toMatchObject({ state: 'failed' })
  expect(await rowOf(second)).toMatchObject({
    state: 'failed',
    reason: 'the address bounced before',
  })
  expect(await rowOf(other)).toMatchObject({ state: 'sent' })
  expect(sent).toHaveLength(1)
})

test('addresses that bounced after their mail was taken are read from the provider', async () => {
  const since: Date[] = []
  const bounced = async function* (from: Date) {
    since.push(from)
    yield 'Late@example.com'
  }
  await readBounces(database, bounced, new Date(0))
  await readBounces(database, bounced, new Date(0))
  expect(await hasBounced(database, 'late@example.com')).toBe(true)
  expect(await hasBounced(database, 'other@example.com')).toBe(false)
  expect(since).toEqual([new Date(0), new Date(0)])
})

test('an app that was removed from its device is forgotten with what was to be sent to it', async () => {
  const id = await due({ channel: 'push', device: 'app-token' })
  answers = ['bounced']
  await sendDue(deps())
  expect(await rowOf(id)).toBeUndefined()
  expect(await arranged.query('select from notifications.devices')).toEqual([])
})

test('an app is registered with the push service once; a phone gets one line', async () => {
  const push = await due({ channel: 'push', device: 'app-token' })
  await due({ channel: 'sms', device: '+15555550123' })
  await sendDue(deps())
  expect(await rowOf(push)).toMatchObject({ state: 'sent' })
  const byTarget = new Map(sent.map(message => [message.to, message]))
  expect(byTarget.get('arn:ios:app-token')?.subject).toMatch(/is on its way$/)
  expect(byTarget.get('+15555550123')).toMatchObject({ subject: '', html: '' })
  const [device] = await arranged.query(
    `select endpoint from notifications.devices where type = 'ios'`,
  )
  expect(device).toEqual({ endpoint: 'arn:ios:app-token' })
})

test('an instance that died before it had sent is followed by another: the message is not lost', async () => {
  const id = await due()
  const log = postgresDeliveryLog(database, 90)
  // It took the delivery, began, and was killed.
  await arranged.query(`update notifications.deliveries set attempts = 1, due_at = now()`)
  const [{ key } = { key: '' }] = await arranged.query<{ key: string }>(
    `select event_id || '/' || user_id || '/email/-' as key from notifications.deliveries`,
  )
  expect(await log.begin(key, 'died')).toBe('begun')
  await sendDue(deps())
  expect(sent).toEqual([]) // it may still be at it
  await later()
  await died()
  await sendDue(deps())
  expect(sent).toHaveLength(1)
  expect(await rowOf(id)).toMatchObject({ state: 'sent' })
})

test('an instance that died after it had noted what it sent is not followed: the log decides', async () => {
  const id = await due()
  await sendDue(deps())
  await arranged.query(
    `update notifications.deliveries set state = 'due', due_at = now(), content = '{}', done_at = null`,
  )
  await sendDue(deps())
  expect(sent).toHaveLength(1)
  expect(await rowOf(id)).toMatchObject({ state: 'sent' })
})

test('without the delivery log nothing is sent; with it again, all is', async () => {
  const id = await due()
  const down: DeliveryLog = {
    ...postgresDeliveryLog(database, 90),
    begin: () => Promise.reject(new Error('down')),
  }
  await sendDue(deps({ deliveryLog: down }))
  expect(sent).toEqual([])
  expect(await rowOf(id)).toMatchObject({ state: 'due', reason: 'delivery log: Error' })
  await later()
  await sendDue(deps())
  expect(sent).toHaveLength(1)
})

test('a delivery whose every try killed its process is given up', async () => {
  const id = await due()
  await arranged.query('update notifications.deliveries set attempts = 3')
  await sendDue(deps())
  expect(await rowOf(id)).toMatchObject({
    ...{ state: 'failed', reason: 'each try ended with its process' },
  })
})

test('what can not be read is given up, and keeps nothing else from going out', async () => {
  const broken = await due({ content: { order_id: 'no id' } })
  const whole = await due()
  await sendDue(deps())
  expect(await rowOf(broken)).toMatchObject({ state: 'failed' })
  expect(await rowOf(whole)).toMatchObject({ state: 'sent' })
})

test('old deliveries are deleted, those that are due never', async () => {
  const [old, recent, open] = [await due(), await due(), await due()]
  const change = (id: string, set: string) =>
    arranged.query(`update notifications.deliveries set ${set} where id = $1`, [id])
  await change(old, `state = 'sent', done_at = now() - interval '91 days'`)
  await change(recent, `state = 'sent', done_at = now() - interval '89 days'`)
  await change(open, `created_at = now() - interval '91 days'`)
  expect(await pruneDeliveries(database, 90)).toBe(1)
  expect(await rowOf(old)).toBeUndefined()
})
