import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineEntity, p } from '@mikro-orm/core'
import { type Database, openDatabase } from '../database.ts'
import type { NewEvent } from '../events.ts'
import { migrationsFolder } from '../testing/migrations-folder.ts'
import { testDatabase, type TestDatabase } from '../testing/test-database.ts'

export const TEMPLATE = join(import.meta.dirname, '..', 'event-tables.sql')

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
  close: () => Promise<void>
}

/** The database of a service that copied the template into its migrations. */
export async function eventDatabase(service: string): Promise<EventDatabase> {
  const folder = await migrationsFolder({
    '0001-effects.sql': 'create table effects (note text not null)',
    '0002-events.sql': await readFile(TEMPLATE, 'utf8'),
  })
  const arranged = await testDatabase(service, folder.path)
  const database = await openDatabase({
    service,
    url: arranged.url,
    poolSize: 6,
    entities: [EffectEntity],
    migrations: folder.path,
  })
  return {
    service,
    arranged,
    database,
    close: async () => {
      await database.close()
      await arranged.close()
      await folder[Symbol.asyncDispose]()
    },
  }
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
