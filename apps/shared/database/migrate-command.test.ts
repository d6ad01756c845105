import { pino } from 'pino'
import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { defineService } from '../manifest.ts'
import { migrateCommand } from './migrate-command.ts'
import type { CommandKit } from '../process/run.ts'
import { migrationsFolder } from '../testing/migrations-folder.ts'
import { testDatabase } from '../testing/test-database.ts'

const manifest = defineService({
  name: 'notes',
  description: 'Notes',
  routes: [],
  needs: { database: true },
})

const kitFor = (url: string): CommandKit<typeof manifest> => ({
  config: readConfig(manifest, { PORT: '1', PUBLIC_URL: 'http://shop.test', DATABASE_URL: url }),
  log: pino({ level: 'silent' }),
  manifest,
  onClose: () => {},
  onDrain: () => {},
  readyWhen: () => {},
})

test('the command says which migrations ran, and the second time that none had to', async () => {
  await using folder = await migrationsFolder({
    '0001-notes.sql': 'create table notes (id int)',
    '0002-tags.sql': 'create table tags (id int)',
  })
  const database = await testDatabase('notes')
  try {
    const command = migrateCommand<typeof manifest>(folder.path, {
      DATABASE_ADMIN_URL: database.adminUrl,
    })
    expect(await command(kitFor(database.url), [])).toBe('migrated: 0001-notes, 0002-tags')
    expect(await command(kitFor(database.url), [])).toBe('nothing to migrate')
  } finally {
    await database.close()
  }
})

test('a password apart from the admin URL is used, whatever is in it', async () => {
  await using folder = await migrationsFolder({ '0001-notes.sql': 'create table notes (id int)' })
  const database = await testDatabase('notes')
  const password = 'a:b@c/d?e#f%20 "\''
  const role = `${new URL(database.url).username}_admin`
  await database.query(
    `create role ${role} superuser login password '${password.replaceAll("'", "''")}'`,
  )
  try {
    const adminUrl = new URL(database.adminUrl)
    adminUrl.username = role
    adminUrl.password = ''
    const command = migrateCommand<typeof manifest>(folder.path, {
      DATABASE_ADMIN_URL: adminUrl.href,
      DATABASE_ADMIN_PASSWORD: password,
    })
    expect(await command(kitFor(database.url), [])).toBe('migrated: 0001-notes')
  } finally {
    await database.close()
  }
})

test.for([undefined, '', 'mysql://root@db/x'])(
  'the admin URL %j is refused with what it must be',
  async url => {
    const command = migrateCommand<typeof manifest>('nowhere', { DATABASE_ADMIN_URL: url })
    await expect(command(kitFor('postgres://a:b@127.0.0.1:1/x'), [])).rejects.toThrow(
      'DATABASE_ADMIN_URL must be the URL of a role that may create roles and schemas',
    )
  },
)
