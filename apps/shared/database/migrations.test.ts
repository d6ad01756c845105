import pg from 'pg'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate } from './migrations.ts'
import { type MigrationsFolder, migrationsFolder } from '../testing/migrations-folder.ts'
import { testDatabase, type TestDatabase } from '../testing/test-database.ts'

const SILENT = pino({ level: 'silent' })
const CREATE = { '0001-create-notes.sql': 'create table notes (id int primary key, title text)' }

let database: TestDatabase
let folder: MigrationsFolder

beforeEach(async () => {
  database = await testDatabase('notes')
  folder = await migrationsFolder(CREATE)
})
afterEach(async () => {
  await database.close()
  await folder[Symbol.asyncDispose]()
})

const run = (service = 'notes') =>
  migrate(
    { service, url: database.url, adminUrl: database.adminUrl, iam: false, folder: folder.path },
    SILENT,
  )
const done = async () => {
  const rows = await database.query<{ name: string }>(
    'select name from notes.migrations order by id',
  )
  return rows.map(({ name }) => name)
}

/** One statement as the service's own role. */
async function asService(sql: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('each file runs once, in the order of the names', async () => {
  await folder.add({
    '0010-third.sql': 'alter table notes add column third int',
    '0002-second.sql': 'alter table notes add column second int; create index on notes (second)',
  })
  expect(await run()).toEqual(['0001-create-notes', '0002-second', '0010-third'])
  expect(await run()).toEqual([])
  await folder.add({ '0011-fourth.sql': 'alter table notes drop column third' })
  expect(await run()).toEqual(['0011-fourth'])
  expect(await done()).toEqual(['0001-create-notes', '0002-second', '0010-third', '0011-fourth'])
})

test('a service that logs in by IAM gets the role of RDS that allows it, and no password', async () => {
  await database.query(
    'do $$ begin create role rds_iam; exception when duplicate_object then null; end $$',
  )
  const url = new URL(database.url)
  url.password = ''
  await migrate(
    {
      service: 'notes',
      url: url.href,
      adminUrl: database.adminUrl,
      iam: true,
      folder: folder.path,
    },
    SILENT,
  )
  expect(
    await database.query(
      "select pg_has_role($1, 'rds_iam', 'member') as allowed, rolpassword from pg_authid where rolname = $1",
      [url.username],
    ),
  ).toEqual([{ allowed: true, rolpassword: null }])
})

test('of several callers at once one works, and each file still runs once', async () => {
  await folder.add({ '0002-fill.sql': 'select pg_sleep(0.05); insert into notes values (1)' })
  const results = await Promise.all([run(), run(), run(), run()])
  expect(results.flat().sort()).toEqual(['0001-create-notes', '0002-fill'])
  expect(await database.query('select id from notes.notes')).toEqual([{ id: 1 }])
})

test.for([
  'create-notes.sql',
  '1-notes.sql',
  '0002-Notes.sql',
  '0002_notes.sql',
  '0002-notes.SQL',
  'README.md',
])('the misnamed file %s is refused before anything runs', async name => {
  await folder.add({ [name]: 'select 1' })
  await expect(run()).rejects.toThrow(`${name}: name a migration like 0001-create-users.sql`)
  expect(await database.query("select to_regclass('notes.notes') as found")).toEqual([
    { found: null },
  ])
})

test('a migration that fails says why, leaves those before it and nothing of itself', async () => {
  await folder.add({
    '0002-add.sql': 'alter table notes add column author text',
    '0003-wrong.sql': 'alter table notes add column half int; alter table nothing add column x int',
    '0004-never.sql': 'alter table notes add column never int',
  })
  await expect(run()).rejects.toMatchObject({
    message: 'migration 0003-wrong failed',
    cause: { message: expect.stringContaining('relation "nothing" does not exist') },
  })
  expect(await done()).toEqual(['0001-create-notes', '0002-add'])
  const columns = await database.query<{ name: string }>(
    "select attname as name from pg_attribute where attrelid = 'notes.notes'::regclass and attnum > 0",
  )
  expect(columns.map(({ name }) => name)).toEqual(['id', 'title', 'author'])
  await folder.add({ '0003-wrong.sql': 'select 1' })
  expect(await run()).toEqual(['0003-wrong', '0004-never'])
})

test('a file that begins with "-- no transaction" may build an index concurrently', async () => {
  const index = 'create index concurrently notes_title on notes (title)'
  await folder.add({ '0002-index.sql': index })
  await expect(run()).rejects.toMatchObject({
    cause: { message: expect.stringContaining('cannot run inside a transaction block') },
  })
  await folder.add({ '0002-index.sql': `-- no transaction\n${index}` })
  expect(await run()).toEqual(['0002-index'])
  expect(
    await database.query(
      "select indisvalid from pg_index where indexrelid = 'notes.notes_title'::regclass",
    ),
  ).toEqual([{ indisvalid: true }])
})

test('the role of a service reads and writes rows, also of tables that come later', async () => {
  await run()
  await folder.add({ '0002-tags.sql': 'create table tags (id serial primary key, name text)' })
  await run()
  await asService("insert into tags (name) values ('a')")
  expect(await asService("update tags set name = 'b' returning name")).toEqual([{ name: 'b' }])
  expect(await asService('delete from tags returning id')).toEqual([{ id: 1 }])
})

test.for([
  'create table mine (id int)',
  'create table public.mine (id int)',
  'alter table notes add column x int',
  'drop table notes',
  'truncate notes',
  'create index on notes (title)',
  'create schema mine',
  'create role mine',
])('the role of a service may not: %s', async sql => {
  await run()
  await run() // the rights on tables that are there are given with each run
  await expect(asService(sql)).rejects.toThrow(/permission denied|must be owner/)
})

test("the role of a service can not read another service's schema", async () => {
  await run()
  await database.query('create schema secrets; create table secrets.keys (id int)')
  await expect(asService('select * from secrets.keys')).rejects.toThrow('permission denied')
})

test('the password in the URL is the one that counts from now on', async () => {
  await run()
  const url = new URL(database.url)
  const old = database.url
  url.password = encodeURIComponent("new 'pass@word")
  database.url = url.href
  await run()
  expect(await asService('select 1 as one')).toEqual([{ one: 1 }])
  database.url = old
  await expect(asService('select 1')).rejects.toThrow('password authentication failed')
})
