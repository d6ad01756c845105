import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { vi } from 'vitest'
import type { Bus } from '../shared/bus/bus.ts'
import { openPostgresBus } from '../shared/bus/postgres-bus.ts'
import { preparePostgresBus } from '../shared/bus/prepare-postgres-bus.ts'
import type { EventData, EventType } from '../shared/events/events.ts'
import { EVENTS } from '../shared/event-data.ts'
import { type MessageFile, readMessageFiles } from '../shared/message-file.ts'
import { environmentOf } from '../shared/environment.ts'
import { freePort } from '../shared/process/free-ports.ts'
import { documentedAnswers } from '../shared/testing/documented-answers.ts'
import { testDatabase, type TestDatabase } from '../shared/testing/test-database.ts'
import { testIssuer, type TestIssuer } from '../shared/testing/test-issuer.ts'
import { PUBLIC_URL, startTestService, type TestService } from '../shared/testing/test-service.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { start } from './start.ts'

/** The service with its database, a folder where its messages land, and somebody who signs tokens for it. */
export interface Desk {
  notifications: TestService
  database: TestDatabase
  issuer: TestIssuer
  folder: string
  /** Hands an event to the service as the bus does. Returns its id. */
  tell: <T extends EventType>(type: T, data: EventData<T>, how?: Partial<How>) => Promise<string>
  /** Messages that were sent to this address, oldest first. */
  sentTo: (address: string) => Promise<MessageFile[]>
  /** Waits until so many messages have come to this address. */
  untilSent: (address: string, count: number) => Promise<MessageFile[]>
  /** Waits until every event that was told had its effect, and nothing is due. */
  settled: () => Promise<void>
  /** One more instance. */
  another: () => Promise<TestService>
  close: () => Promise<void>
}

interface How {
  id: string
  sequence: number
}

export async function openDesk(): Promise<Desk> {
  const [database, issuer, folder] = await Promise.all([
    testDatabase(manifest.name, MIGRATIONS),
    testIssuer(),
    mkdtemp(join(tmpdir(), 'messages-')),
  ])
  // As its migrations do: what is told before the service has started waits for it.
  await preparePostgresBus(database.adminUrl, database.url, {
    ...{ consumer: manifest.name, consumes: manifest.consumes },
  })
  const bus = openPostgresBus({
    ...{ url: database.url, log: pino({ level: 'silent' }) },
    ...{ consumer: 'publisher', consumes: [] },
  })
  const services: TestService[] = []
  const another = async () => {
    const started = await startNotifications({ database, issuer, folder })
    services.push(started)
    return started
  }
  const notifications = await another()
  const sentTo = async (address: string) =>
    (await readMessageFiles(folder, Infinity)).toReversed().filter(({ to }) => to === address)
  return {
    ...{ notifications, database, issuer, folder, another, sentTo },
    tell: (type, data, how) => tell(bus, type, data, how),
    untilSent: (address, count) =>
      vi.waitFor(async () => {
        const sent = await sentTo(address)
        if (sent.length < count) throw new Error(`${sent.length} of ${count} messages came`)
        return sent
      }, WAIT),
    settled: () => settled(database),
    close: async () => {
      await Promise.all(services.map(service => service.stop()))
      await bus.close()
      await Promise.all([issuer.close(), database.close(), rm(folder, { recursive: true })])
    },
  }
}

const WAIT = { timeout: 20_000, interval: 50 }

interface Parts {
  database: TestDatabase
  issuer: TestIssuer
  folder: string
}

const supplyFor = ({ database, issuer, folder }: Parts) => ({
  database: { url: database.url, poolSize: 5 },
  tokens: { jwksUrl: issuer.jwksUrl },
  table: {},
  mail: { from: 'shop@shop.test', folder },
  sms: { folder },
  push: { folder },
  ...{ calls: {}, settings: {}, secrets: {} },
})

const startNotifications = async (parts: Parts): Promise<TestService> =>
  documentedAnswers(await startTestService(manifest, start, supplyFor(parts)))

/** An instance in a process of its own, as a container runs it. */
export async function spawnNotifications(parts: Parts) {
  const port = await freePort()
  const { plain, secret } = environmentOf(manifest, {
    ...supplyFor(parts),
    runtime: {
      ...{ host: '127.0.0.1', port, publicUrl: PUBLIC_URL, version: 'test' },
      ...{ logLevel: 'info', corsOrigins: [], trustedProxyHops: 1 },
    },
  })
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...plain, ...secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close') as Promise<[number | null]>
  let output = ''
  child.stdout.on('data', chunk => (output += String(chunk)))
  const url = `http://127.0.0.1:${port}`
  await vi.waitFor(async () => {
    if ((await fetch(`${url}/ready`)).status !== 200) throw new Error('not ready yet')
  }, WAIT)
  return { child, url, output: () => output, exitCode: async () => (await ended)[0] }
}

/** As the relay of its publisher does. */
async function tell<T extends EventType>(
  bus: Bus,
  type: T,
  data: EventData<T>,
  { id = randomUUID(), sequence = 1 }: Partial<How> = {},
): Promise<string> {
  const about = data as Record<string, string>
  const subject = type.slice(0, type.indexOf('.'))
  const envelope = {
    ...{ id, type, version: EVENTS[type].version, sequence, data },
    occurred_at: new Date().toISOString(),
    traceparent: null,
    subject: { type: subject, id: about[SUBJECT_IDS[subject] ?? ''] ?? id },
  }
  const [refused] = await bus.publish([envelope])
  if (refused) throw new Error(refused.reason)
  return id
}

const SUBJECT_IDS: Record<string, string> = {
  ...{ user: 'user_id', order: 'order_id', payment: 'payment_id', stock: 'product_id' },
}

const settled = (database: TestDatabase): Promise<void> =>
  vi.waitFor(async () => {
    const [row] = await database.query<{ open: number }>(
      `select (select count(*) from bus.job where state in ('created', 'retry', 'active'))::int
        + (select count(*) from notifications.deliveries where state = 'due')::int as open`,
    )
    if (row?.open !== 0) throw new Error(`${row?.open} are still open`)
  }, WAIT)

let people = 0

export interface Person {
  user_id: string
  email: string
  full_name: string
  token: string
}

/** Somebody whom the service does not know yet. */
export async function stranger({ issuer }: Desk): Promise<Person> {
  const user_id = randomUUID()
  return {
    user_id,
    email: `person-${++people}@example.com`,
    full_name: 'Ada Lovelace',
    token: await issuer.token('buyer', user_id),
  }
}

export const accountOf = ({ user_id, email, full_name }: Person) => ({ user_id, email, full_name })

/** Somebody who has registered and whose welcome has come. */
export async function customer(desk: Desk): Promise<Person> {
  const person = await stranger(desk)
  await desk.tell('user.registered', accountOf(person))
  await desk.untilSent(person.email, 1)
  return person
}

export const orderOf = ({ user_id }: Person) => ({ order_id: randomUUID(), user_id })
