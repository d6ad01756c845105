import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { migrationsFolder } from '../testing/migrations-folder.ts'
import { testDatabase } from '../testing/test-database.ts'
import { testProxy } from '../testing/test-proxy.ts'
import { preparePostgresBus } from './prepare-postgres-bus.ts'
import { type BusFixture, busContract } from './testing-bus-contract.ts'
import { TEMPLATE } from './testing-database.ts'

async function start(): Promise<BusFixture> {
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
    close: async () => {
      await proxy[Symbol.asyncDispose]()
      await database.close()
    },
  }
}

busContract('events through PostgreSQL', start)
