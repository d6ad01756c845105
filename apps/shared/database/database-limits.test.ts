import { defineEntity, p } from '@mikro-orm/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectionOptions, tlsOf } from './database-connection.ts'
import { type Database, openDatabase } from './database.ts'
import { isDatabaseDown, isDuplicate, isForeignKeyMissing } from './database-errors.ts'
import { service } from '../http/http.ts'
import { fixture } from '../testing/fixture.ts'
import { type MigrationsFolder, migrationsFolder } from '../testing/migrations-folder.ts'
import { testDatabase, type TestDatabase } from '../testing/test-database.ts'
import { startTestService, type TestService } from '../testing/test-service.ts'

const NoteEntity = defineEntity({
  name: 'Note',
  tableName: 'notes',
  properties: { id: p.integer().primary() },
})

let folder: MigrationsFolder
let arranged: TestDatabase
let database: Database
let api: TestService

const open = (url: string, poolSize = 2) =>
  openDatabase({ service: 'notes', url, poolSize, entities: [NoteEntity], migrations: folder.path })

beforeAll(async () => {
  folder = await migrationsFolder({
    '0001-notes.sql': `create table notes (id int primary key, parent int constraint notes_parent references notes);
      insert into notes values (1)`,
  })
  arranged = await testDatabase('notes', folder.path)
  database = await open(arranged.url)
  const start = async ({ log }: { log: Parameters<typeof service>[0] }) =>
    service(log, []).post('/run', async c => c.json(await database.rows(await c.req.text(), [])))
  api = await startTestService(fixture, start, {
    tokens: { jwksUrl: 'http://127.0.0.1:1/jwks.json' },
    calls: {},
    settings: {},
    secrets: {},
  })
})
afterAll(async () => {
  await api?.stop()
  await database?.close()
  await arranged?.close()
  await folder?.[Symbol.asyncDispose]()
})

const sql = (text: string) => api.call('/run', { method: 'POST', body: text })
const UNAVAILABLE = {
  status: 503,
  body: {
    code: 'unavailable',
    detail: 'The database is not available; try again shortly',
  },
}

test('a statement that runs too long is ended by the server: 503 with Retry-After', async () => {
  const answer = await sql('select pg_sleep(60)')
  expect(answer).toMatchObject(UNAVAILABLE)
  expect(answer.headers.get('retry-after')).toBe('2')
  const left = await arranged.query(
    "select from pg_stat_activity where query like '%pg_sleep(60)%' and state = 'active' and pid <> pg_backend_pid() and datname = current_database()",
  )
  expect(left).toEqual([])
})

/** Begins a transaction with this statement; the result ends it. */
async function hold(statement: string): Promise<() => Promise<void>> {
  const begun = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const transaction = database.transaction(async em => {
    await em.execute(statement)
    begun.resolve()
    await released.promise
  })
  await Promise.race([begun.promise, transaction])
  return () => {
    released.resolve()
    return transaction
  }
}

test('a lock that somebody holds is waited for in bounds: 503', async () => {
  const release = await hold('select from notes where id = 1 for update')
  expect(await sql('update notes set parent = null where id = 1')).toMatchObject(UNAVAILABLE)
  await release()
  expect(await sql('update notes set parent = null where id = 1')).toMatchObject({ status: 200 })
})

test('a request that finds every connection busy gets a 503, and the next one is served', async () => {
  const releases = await Promise.all([hold('select 1'), hold('select 1')])
  expect(await sql('select 1 as one')).toMatchObject(UNAVAILABLE)
  await Promise.all(releases.map(release => release()))
  expect(await sql('select 1 as one')).toMatchObject({ status: 200, body: [{ one: 1 }] })
})

test.for([
  ['28P01', 'a wrong password', { password: 'wrong' }],
  ['28000', 'a role that may not log in', { username: 'guest', password: 'guest' }],
  ['3D000', 'a database that is not there', { pathname: '/nowhere' }],
] as const)('a login that is refused (%s, %s) is an outage and no bug', async ([code, , wrong]) => {
  await arranged.query(`create role guest password 'guest'`)
  const refused = await open(Object.assign(new URL(arranged.url), wrong).href)
  try {
    const error = await refused.rows('select 1', []).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code })
    expect(isDatabaseDown(error)).toBe(true)
  } finally {
    await refused.close()
    await arranged.query('drop role guest')
  }
})

test.for(['disk_full', 'out_of_memory'])(
  'a database with %s is an outage and no bug',
  async lacks => {
    const answer = await sql(`do $$ begin raise ${lacks} using message = 'no room'; end $$`)
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
  },
)

test('an error in a statement is a fault of ours, not an outage, and says nothing outside', async () => {
  const answer = await sql('select nonsense from notes')
  expect(answer).toMatchObject({ status: 500, body: { detail: 'Internal Server Error' } })
})

test('every connection has the timeouts', async () => {
  const { body } = await sql(
    `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
      current_setting('idle_in_transaction_session_timeout') as idle, current_setting('timezone') as zone`,
  )
  expect(body).toEqual([{ statement: '5s', lock: '2s', idle: '10s', zone: 'UTC' }])
})

test('constraints that refuse a row are told apart by their name', async () => {
  const errorOf = (text: string) => database.rows(text, []).catch((error: unknown) => error)
  const duplicate = await errorOf('insert into notes values (1)')
  const orphan = await errorOf('insert into notes values (2, 99)')
  expect(isDuplicate(duplicate, 'notes_pkey')).toBe(true)
  expect(isDuplicate(duplicate, 'other')).toBe(false)
  expect(isDuplicate(orphan, 'notes_parent')).toBe(false)
  expect(isForeignKeyMissing(orphan, 'notes_parent')).toBe(true)
  expect([duplicate, orphan].some(isDatabaseDown)).toBe(false)
})

const withMode = (mode: string) => `${arranged.url}?sslmode=${mode}`

test.for(['prefer', 'allow', 'no-verify', 'Verify-Full', ''])(
  'sslmode=%s is refused: it may end in a connection without TLS',
  async mode => {
    await expect(open(withMode(mode))).rejects.toThrow(
      `DATABASE_URL: sslmode=${mode} is not one of disable, require, verify-ca, verify-full`,
    )
  },
)

test.for(['require', 'verify-ca', 'verify-full'])(
  'with sslmode=%s a server without TLS is not talked to',
  async mode => {
    const secure = await open(withMode(mode))
    try {
      await expect(secure.check()).rejects.toThrow('does not support SSL')
    } finally {
      await secure.close()
    }
  },
)

test('TLS always verifies the peer', () => {
  expect(tlsOf(new URL('postgres://a@b/c'))).toBe(false)
  expect(tlsOf(new URL('postgres://a@b/c?sslmode=require'))).toEqual({ rejectUnauthorized: true })
  const { driverOptions } = connectionOptions('postgres://a@b/c?sslmode=verify-full', 'x')
  expect(driverOptions.ssl).toMatchObject({ rejectUnauthorized: true })
})
