import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AnyManifest, defineService } from '../../shared/manifest.ts'
import { testDatabase, type TestDatabase } from '../../shared/testing/test-database.ts'
import { StartError } from '../start-error.ts'
import { recordingLog } from '../testing/recording-log.ts'
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts'
import { environmentFor } from './supply.ts'
import { migrate } from './migrate.ts'

const describing = { description: 'd', routes: [] }
const shop = defineService({
  ...describing,
  name: 'shop',
  needs: { database: true },
  consumes: ['stock.changed'],
})
const bare = defineService({ ...describing, name: 'bare' })

let database: TestDatabase
let appsDir: string
beforeAll(async () => {
  database = await testDatabase('shop')
  appsDir = await temporaryFolder()
  await mkdir(join(appsDir, 'shop', 'migrations'), { recursive: true })
  await write('0001-things.sql', 'create table shop.things (id int)')
})
afterAll(async () => {
  await database?.close()
  await removeFolder(appsDir)
})

const write = (file: string, sql: string) =>
  writeFile(join(appsDir, 'shop', 'migrations', file), sql)

const migrated = (manifest: AnyManifest) => {
  const log = recordingLog()
  const env = environmentFor(manifest, {
    postgres: { url: () => database.url },
    secrets: {
      superuser: 's',
      services: { [manifest.name]: { databasePassword: 'p', token: 't'.repeat(32), secrets: {} } },
    },
    ports: new Map([[manifest.name, 1]]),
    publicUrl: 'http://localhost:1',
    mailDir: appsDir,
  })
  return migrate({ manifest, env }, appsDir, database.adminUrl, log).then(() => log.lines)
}

test('a service finds its tables and its place on the bus, and it is said which migration ran', async () => {
  expect(await migrated(shop)).toEqual(['shop: migration ran'])
  const [found] = await database.query(`select to_regclass('shop.things') is not null as things,
    exists (select from bus.subscription where name = 'shop' and event = 'stock.changed') as listens`)
  expect(found).toEqual({ things: true, listens: true })
  expect(await migrated(shop)).toEqual([])
})

test('a service without a database has nothing to migrate', async () => {
  expect(await migrated(bare)).toEqual([])
})

test('a migration that fails is named, with what the database says of it', async () => {
  await write('0002-more.sql', 'create table shop.more (id nonsense)')
  const refusal = await migrated(shop).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(StartError)
  expect(refusal).toMatchObject({ code: 'migration_failed' })
  expect(String(refusal)).toMatch(
    /migrations of shop failed:\n.*0002-more.*\n.*type "nonsense" does not exist/,
  )
})
