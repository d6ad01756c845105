import { afterAll, beforeAll, expect, test } from 'vitest'
import { OPEN_KINDS } from './kinds.ts'
import {
  accountOf,
  customer,
  type Desk,
  openDesk,
  orderOf,
  type Person,
  stranger,
} from './testing.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

const preferences = ({ token }: Person, json?: unknown) =>
  desk.notifications.call('/notifications/preferences', {
    ...{ token, ...(json !== undefined && { method: 'PUT', json }) },
  })
const addDevice = ({ token }: Person, json: unknown) =>
  desk.notifications.call('/notifications/devices', { token, json })
const phone = (phone_number: string) => ({ type: 'phone', phone_number })
const app = (token: string) => ({ type: 'android', token })

test('before anything is chosen all but text messages is on; passwords are not among it', async () => {
  const { status, body } = await preferences(await stranger(desk))
  expect(status).toBe(200)
  expect(Object.keys(body).sort()).toEqual([...OPEN_KINDS].sort())
  expect(body.order_paid).toEqual({ in_app: true, email: true, sms: false, push: true })
  expect(body).not.toHaveProperty('password_reset')
})

test('what a change leaves out stays', async () => {
  const person = await stranger(desk)
  await preferences(person, { order_paid: { email: false }, welcome: { sms: true } })
  const changed = await preferences(person, { order_paid: { push: false } })
  expect(changed.body.order_paid).toEqual({ in_app: true, email: false, sms: false, push: false })
  expect(changed.body.welcome.sms).toBe(true)
  expect((await preferences(person)).body).toEqual(changed.body)
})

test.each([
  [{ order_payed: { email: false } }],
  [{ order_paid: { mail: false } }],
  [{ order_paid: { email: 'no' } }],
  [{ password_reset: { email: false } }],
])('%j is refused: nothing is silently ignored', async change => {
  expect((await preferences(await stranger(desk), change)).status).toBe(422)
})

test('a message comes by the channels that were chosen, and no other', async () => {
  const person = await customer(desk)
  const order = orderOf(person)
  await addDevice(person, phone('+15555550101'))
  await addDevice(person, app('app-token-of-channels'))
  await preferences(person, {
    order_shipped: { in_app: false, email: false, sms: true, push: true },
    order_delivered: { email: true, push: false },
  })
  await desk.tell('order.shipped', order)
  await desk.tell('order.delivered', order)
  await desk.settled()
  const to = async (address: string) => (await desk.sentTo(address)).map(({ text }) => text)
  expect(await to('+15555550101')).toEqual([
    `Shop: We have shipped your order ${order.order_id.slice(0, 8)}.`,
  ])
  expect(await to('android:app-token-of-channels')).toHaveLength(1)
  const mails = await desk.sentTo(person.email)
  expect(mails.map(({ subject }) => subject).join()).not.toContain('on its way')
  expect(mails).toHaveLength(2)
})

test('the mail of a password reset goes whatever was chosen', async () => {
  const person = await customer(desk)
  for (const kind of OPEN_KINDS) await preferences(person, { [kind]: { email: false } })
  const expires_at = new Date(Date.now() + 60_000).toISOString()
  await desk.tell('user.password-reset-requested', {
    ...{ ...accountOf(person), token: 'the-token', expires_at },
  })
  expect((await desk.untilSent(person.email, 2))[1]?.text).toContain('the-token')
})

test('the same device again is no other; only the end of its address is shown', async () => {
  const person = await stranger(desk)
  const first = await addDevice(person, phone('+15555550102'))
  expect(first).toMatchObject({ status: 201, body: { type: 'phone', name: '…0102' } })
  expect((await addDevice(person, phone('+15555550102'))).body).toEqual(first.body)
  const { body } = await desk.notifications.call('/notifications/devices', { token: person.token })
  expect(body).toEqual([first.body])
})

test('an app belongs to whoever logged in last: nothing of the one before comes to it', async () => {
  const [before, now] = [await customer(desk), await customer(desk)]
  await addDevice(before, app('app-token-of-two-users'))
  await addDevice(now, app('app-token-of-two-users'))
  await desk.tell('order.shipped', orderOf(before))
  await desk.settled()
  expect(await desk.sentTo('android:app-token-of-two-users')).toEqual([])
  await desk.tell('order.shipped', orderOf(now))
  await desk.settled()
  expect(await desk.sentTo('android:app-token-of-two-users')).toHaveLength(1)
})

test('a device is removed by its owner alone, and gets nothing more', async () => {
  const [person, other] = [await customer(desk), await stranger(desk)]
  const { body } = await addDevice(person, app('app-token-to-be-removed'))
  const remove = ({ token }: Person) =>
    desk.notifications.call(`/notifications/devices/${body.id}`, { method: 'DELETE', token })
  expect((await remove(other)).status).toBe(404)
  expect((await remove(person)).status).toBe(204)
  expect((await remove(person)).status).toBe(404)
  await desk.tell('order.shipped', orderOf(person))
  await desk.settled()
  expect(await desk.sentTo('android:app-token-to-be-removed')).toEqual([])
})

test('a user has ten devices at most', async () => {
  const person = await stranger(desk)
  for (let i = 0; i < 10; i++)
    expect((await addDevice(person, phone(`+1555555020${i}`))).status).toBe(201)
  const refused = await addDevice(person, phone('+15555550300'))
  expect([refused.status, refused.body.code]).toEqual([409, 'too_many_devices'])
})

test.each([
  [{ type: 'phone', phone_number: '030123456' }],
  [{ type: 'phone', phone_number: '+49 30 123456' }],
  [{ type: 'ios', token: 'short' }],
  [{ type: 'fax', token: 'app-token-0123456789' }],
  [{ type: 'phone' }],
])('%j is refused', async json => {
  expect((await addDevice(await stranger(desk), json)).status).toBe(422)
})
