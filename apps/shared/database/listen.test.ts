import { pino } from 'pino'
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest'
import { listen } from './listen.ts'
import { testDatabase, type TestDatabase } from '../testing/test-database.ts'
import { testProxy, type TestProxy } from '../testing/test-proxy.ts'

const UNTIL = { timeout: 30_000, interval: 50 }
const log = pino({ level: 'silent' })
let database: TestDatabase
let proxy: TestProxy
beforeAll(async () => {
  database = await testDatabase('listen')
  const { hostname, port } = new URL(inject('postgresUrl'))
  proxy = await testProxy({ host: hostname, port: Number(port) })
})
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]()
  await database?.close()
})

/** What was heard on a channel; undefined for each connect. */
function heardOn(channel: string) {
  const url = new URL(database.adminUrl)
  url.port = String(proxy.port)
  const heard: (string | undefined)[] = []
  const stop = listen({
    database: { url: url.href },
    name: 'listen-test',
    channel,
    log,
    onNotify: payload => heard.push(payload),
    heartbeatMs: 100,
  })
  onTestFinished(stop)
  return { heard, stop }
}
const say = (channel: string, payload: string) =>
  database.query('select pg_notify($1, $2)', [channel, payload])

test('every NOTIFY on the channel is heard, whatever its name, and none of another', async () => {
  const { heard } = heardOn('a "Channel"')
  await vi.waitFor(() => expect(heard).toEqual([undefined]), UNTIL)
  await say('other', 'no')
  await say('a "Channel"', 'one')
  await say('a "Channel"', '')
  await vi.waitFor(() => expect(heard).toEqual([undefined, 'one', '']), UNTIL)
})

test('after the database was away the listener hears again, and is told that it may have missed something', async () => {
  const { heard } = heardOn('away')
  await vi.waitFor(() => expect(heard).toEqual([undefined]), UNTIL)
  await proxy.cut()
  await say('away', 'missed')
  await proxy.mend()
  await vi.waitFor(() => expect(heard).toEqual([undefined, undefined]), UNTIL)
  await say('away', 'heard')
  await vi.waitFor(() => expect(heard).toEqual([undefined, undefined, 'heard']), UNTIL)
})

test('a connection on which the server says nothing any more is given up, and stopping does not wait for it', async () => {
  const { heard, stop } = heardOn('silent')
  await vi.waitFor(() => expect(heard).toEqual([undefined]), UNTIL)
  proxy.hang()
  const other = heardOn('silent')
  await stop()
  await proxy.mend()
  await vi.waitFor(() => expect(other.heard).toEqual([undefined]), UNTIL)
})

test('a listener that is stopped leaves no connection', async () => {
  const { heard, stop } = heardOn('stopped')
  await vi.waitFor(() => expect(heard).toEqual([undefined]), UNTIL)
  await stop()
  await vi.waitFor(async () => {
    const rows = await database.query(
      `select from pg_stat_activity where application_name = 'listen-test' and datname = current_database()`,
    )
    expect(rows).toEqual([])
  }, UNTIL)
})
