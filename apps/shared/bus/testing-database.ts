import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineEntity, p } from '@mikro-orm/core'
import { pino } from 'pino'
import type { EventsConfig } from '../config.ts'
import { type Database, openDatabase } from '../database/database.ts'
import type { NewEvent } from '../events/events.ts'
import { migrate } from '../database/migrations.ts'
import { migrationsFolder } from '../testing/migrations-folder.ts'
import { testDatabase, type TestDatabase } from '../testing/test-database.ts'
import { preparePostgresBus } from './prepare-postgres-bus.ts'

export const TEMPLATE = join(import.meta.dirname, '..', 'events', 'event-tables.sql')

/** MikroORM wants at least one. */
const EffectEntity = defineEntity({
  name: 'Effect',
  tableName: 'effects',
  properties: { note: p.text().primary() },
})

export interface EventDatabase {
  service: string
  arranged: TestDatabase
  /** The service's own, with the tables of events and a table `effects (note text)`. */
  database: Database
  /** What `startEvents` reads of a service's config. */
  config: { service: string; database: { url: string; poolSize: number }; events: EventsConfig }
  close: () => Promise<void>
}

/**
 * The database of a service that copied the template into its migrations.
 * @param consumes what it says that it consumes
 * @param shared the database of another service, which this one joins
 */
export async function eventDatabase(
  service: string,
  consumes: readonly string[],
  shared?: EventDatabase,
): Promise<EventDatabase> {
  const folder = await migrationsFolder({
    '0001-effects.sql': 'create table effects (note text not null)',
    '0002-events.sql': await readFile(TEMPLATE, 'utf8'),
  })
  const arranged = shared
    ? await joined(shared.arranged, service, folder.path)
    : await testDatabase(service, folder.path)
  await preparePostgresBus(arranged.adminUrl, arranged.url, { consumer: service, consumes })
  const connection = { url: arranged.url, poolSize: 6 }
  const database = await openDatabase({
    ...connection,
    service,
    entities: [EffectEntity],
    migrations: folder.path,
  })
  return {
    service,
    arranged,
    database,
    config: {
      service,
      database: connection,
      events: { topicArn: undefined, queueUrl: undefined, deadLetterUrl: undefined },
    },
    close: async () => {
      await database.close()
      if (!shared) await arranged.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function joined(
  arranged: TestDatabase,
  service: string,
  folder: string,
): Promise<TestDatabase> {
  const url = new URL(arranged.url)
  url.username = `${url.username}_${service}`
  const { adminUrl } = arranged
  await migrate({ service, url: url.href, adminUrl, iam: false, folder }, pino({ level: 'silent' }))
  return { ...arranged, url: url.href }
}

/** An id that reads like its number. */
export const idOf = (number: number): string =>
  `0198f3a0-0000-7000-8000-${String(number).padStart(12, '0')}`

/** How much of product `number` there is. */
export const stockChanged = (number: number, available: number): NewEvent<'stock.changed'> => ({
  type: 'stock.changed',
  subjectId: idOf(number),
  data: { product_id: idOf(number), on_hand: available, reserved: 0, available },
})
