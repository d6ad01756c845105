import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import type { Envelope } from '../events/events.ts'
import { migrationsFolder } from '../testing/migrations-folder.ts'
import { testDatabase, type TestDatabase } from '../testing/test-database.ts'
import { testProxy } from '../testing/test-proxy.ts'
import { BUS_VERSION } from './bus-schema.ts'
import { openBus } from './open-bus.ts'
import { preparePostgresBus } from './prepare-postgres-bus.ts'
import { type BusFixture, busContract } from './testing-bus-contract.ts'
import { idOf, TEMPLATE } from './testing-database.ts'

async function start(): Promise<BusFixture & Pick<TestDatabase, 'query'>> {
  await using folder = await migrationsFolder({
    '0001-events.sql': await readFile(TEMPLATE, 'utf8'),
  })
  const database = await testDatabase('bus', folder.path)
  const { hostname, port } = new URL(database.url)
  const proxy = await testProxy({ host: hostname, port: Number(port) })
  const url = new URL(database.url)
  url.port = String(proxy.port)
  return {
    optionsOf: async serving => {
      await preparePostgresBus(database.adminUrl, database.url, serving)
      const noAws = { topicArn: undefined, queueUrl: undefined, deadLetterUrl: undefined }
      return { ...serving, ...noAws, databaseUrl: url.href }
    },
    inject: async (consumer, text) => {
      await database.query(
        `insert into bus.job (id, name, data, dead_letter, retry_limit)
          values ($1, $2, to_jsonb($3::text), $4, 0)`,
        [randomUUID(), consumer, text, `${consumer}.dead`],
      )
    },
    proxy,
    query: database.query,
    close: async () => {
      await proxy[Symbol.asyncDispose]()
      await database.close()
    },
  }
}

busContract('events through PostgreSQL', start)

test('the schema is marked with the version of pg-boss that package.json pins', async () => {
  const { dependencies } = JSON.parse(
    await readFile(join(import.meta.dirname, '../../../package.json'), 'utf8'),
  ) as { dependencies: Record<string, string> }
  expect(BUS_VERSION).toBe(`pg-boss ${dependencies['pg-boss']}`)
})

test('a service that reads events holds three connections, one that publishes at most two, and none when closed', async () => {
  const fixture = await start()
  const options = await fixture.optionsOf({ consumer: 'reader', consumes: ['test.connections'] })
  const log = pino({ level: 'silent' })
  const [reader, writer] = [
    await openBus({ ...options, log }),
    await openBus({ ...options, consumer: 'writer', consumes: [], log }),
  ]
  const connections = async () => {
    const rows = await fixture.query<{ name: string }>(
      `select application_name as name from pg_stat_activity
        where datname = current_database() and application_name ~ '^(reader|writer)'`,
    )
    return rows.map(({ name }) => name).toSorted()
  }
  try {
    const seen: unknown[] = []
    const stop = reader.subscribe(async ({ raw }) => void seen.push(raw))
    await Promise.all(Array.from({ length: 20 }, (_, n) => writer.publish([eventOf(n)])))
    await vi.waitFor(() => expect(seen).toHaveLength(20), 30_000)
    expect((await connections()).filter(name => name === 'reader-bell')).toHaveLength(1)
    expect((await connections()).filter(name => name === 'reader-bus').length).toBeLessThan(3)
    expect((await connections()).filter(name => name === 'writer-bus').length).toBeLessThan(3)
    await stop()
    await Promise.all([reader.close(), writer.close()])
    await vi.waitFor(async () => expect(await connections()).toEqual([]), 10_000)
  } finally {
    await fixture.close()
  }
})

test('the bus opens while its database is away; what is asked of it then fails, and works later', async () => {
  const fixture = await start()
  try {
    const options = await fixture.optionsOf({ consumer: 'early', consumes: ['test.connections'] })
    await fixture.proxy.cut()
    const bus = await openBus({ ...options, log: pino({ level: 'silent' }) })
    const seen: unknown[] = []
    const stop = bus.subscribe(async ({ raw }) => void seen.push(raw))
    await expect(bus.lag()).rejects.toThrow()
    await fixture.proxy.mend()
    await vi.waitFor(() => bus.publish([eventOf(1)]), 30_000)
    await vi.waitFor(() => expect(seen).toEqual([eventOf(1)]), 30_000)
    await fixture.proxy.cut()
    await stop()
    await bus.close()
    await expect(bus.lag()).rejects.toThrow('the bus is closed')
  } finally {
    await fixture.close()
  }
})

const eventOf = (number: number): Envelope => ({
  id: idOf(number),
  type: 'test.connections',
  version: 1,
  occurred_at: '2026-01-01T00:00:00.000Z',
  traceparent: null,
  subject: { type: 'test', id: '1' },
  sequence: 1,
  data: {},
})
