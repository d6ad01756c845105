import { defineEntity, p } from '@mikro-orm/core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Database, openDatabase } from './database.ts'
import { type MigrationsFolder, migrationsFolder } from '../testing/migrations-folder.ts'
import { testDatabase, type TestDatabase } from '../testing/test-database.ts'

const NoteEntity = defineEntity({
  name: 'Note',
  tableName: 'notes',
  properties: { id: p.integer().primary().autoincrement(false), title: p.text() },
})
const ALL = { name: 'all-notes', text: 'select id, title from notes order by id' }

let folder: MigrationsFolder
let arranged: TestDatabase
let database: Database

const open = (change: { url?: string; poolSize?: number; migrations?: string } = {}) =>
  openDatabase({
    service: 'notes',
    url: arranged.url,
    poolSize: 3,
    entities: [NoteEntity],
    migrations: folder.path,
    ...change,
  })

beforeAll(async () => {
  folder = await migrationsFolder({
    '0001-notes.sql': `create table notes (id int primary key, title text not null);
      create unique index notes_title on notes (title);
      insert into notes values (1, 'Milk')`,
  })
  arranged = await testDatabase('notes', folder.path)
  database = await open()
})
afterAll(async () => {
  await database?.close()
  await arranged?.close()
  await folder?.[Symbol.asyncDispose]()
})

/** As a restart of the server would: every connection of the service ends. */
const killConnections = () =>
  arranged.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'notes' and datname = current_database()",
  )

test('a statement is prepared once per connection and then run by its name', async () => {
  const single = await open({ poolSize: 1 })
  try {
    const prepared = {
      name: 'prepared',
      text: 'select name, generic_plans + custom_plans as runs from pg_prepared_statements',
    }
    await single.rows(prepared, [])
    await single.rows(ALL, [])
    await single.rows(ALL, [])
    expect(await single.rows(prepared, [])).toEqual(
      expect.arrayContaining([{ name: 'all-notes', runs: '2' }]),
    )
    expect(await single.rows('select 1 as one', [])).toEqual([{ one: 1 }])
    const names = (await single.rows<{ name: string }>(prepared, [])).map(({ name }) => name)
    expect(names.sort()).toEqual(['all-notes', 'prepared'])
  } finally {
    await single.close()
  }
})

test('values of a statement are values, never SQL', async () => {
  const echo = { name: 'echo', text: 'select $1::text as value' }
  const value = `'; drop table notes; --`
  expect(await database.rows(echo, [value])).toEqual([{ value }])
})

test('a transaction that throws leaves nothing behind', async () => {
  const failed = database.transaction(async em => {
    em.create(NoteEntity, { id: 2, title: 'Bread' })
    await em.flush()
    throw new Error('changed my mind')
  })
  await expect(failed).rejects.toThrow('changed my mind')
  expect(await database.rows(ALL, [])).toEqual([{ id: 1, title: 'Milk' }])
})

test('what a transaction wrote is there for the next statement', async () => {
  await database.transaction(async em => em.create(NoteEntity, { id: 3, title: 'Tea' }))
  expect(await database.rows(ALL, [])).toContainEqual({ id: 3, title: 'Tea' })
  await database.transaction(em => em.nativeDelete(NoteEntity, { id: 3 }))
})

test('after every connection was killed reads go on at once and writes soon', async () => {
  const hold = () => database.rows('select pg_sleep(0.05)', [])
  await Promise.all([hold(), hold(), hold()]) // the pool is full of connections
  await killConnections()
  const reads = Array.from({ length: 10 }, () => database.rows(ALL, []))
  expect(await Promise.all(reads)).toEqual(reads.map(() => [{ id: 1, title: 'Milk' }]))
  await vi.waitFor(() => database.transaction(em => em.findOneOrFail(NoteEntity, 1)))
  await database.check()
})

test('a read whose connection is killed while it runs is run again on another', async () => {
  const slow = database.rows<{ slept: string }>(`select 'yes' as slept from pg_sleep(0.5)`, [])
  await vi.waitFor(async () => {
    const running = await arranged.query(
      "select from pg_stat_activity where application_name = 'notes' and query like '%pg_sleep(0.5)%' and state = 'active' and datname = current_database()",
    )
    expect(running).toHaveLength(1)
  })
  await killConnections()
  expect(await slow).toEqual([{ slept: 'yes' }])
})

test('a service is not ready before its migrations have run, and names what is missing', async () => {
  await using more = await migrationsFolder({
    '0001-notes.sql': '',
    '0002-later.sql': '',
    '0003-last.sql': '',
  })
  const early = await open({ migrations: more.path })
  try {
    await expect(early.check()).rejects.toThrow('migrations have not run: 0002-later, 0003-last')
    await arranged.query("insert into notes.migrations (name) values ('0002-later'), ('0003-last')")
    await early.check()
  } finally {
    await arranged.query("delete from notes.migrations where name <> '0001-notes'")
    await early.close()
  }
})

test('a service is not ready while its database is not there, and starts all the same', async () => {
  const alone = await open({ url: 'postgres://notes:pass@127.0.0.1:1/notes' })
  try {
    await expect(alone.check()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  } finally {
    await alone.close()
  }
})
