import { defineEntity, p } from '@mikro-orm/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../database/database.ts'
import { AppError } from '../http/errors.ts'
import { logTo } from './log.ts'
import { beginRequest, withRequest } from '../http/request-context.ts'
import { type MigrationsFolder, migrationsFolder } from '../testing/migrations-folder.ts'
import { testDatabase, type TestDatabase } from '../testing/test-database.ts'

const PersonEntity = defineEntity({
  name: 'Person',
  tableName: 'people',
  properties: {
    id: p.integer().primary().autoincrement(false),
    email: p.text(),
    hashedPassword: p.text(),
    name: p.text(),
  },
})
const SECRETS = /ada@|hunter2|Lovelace/

let folder: MigrationsFolder
let arranged: TestDatabase
let database: Database

beforeAll(async () => {
  folder = await migrationsFolder({
    '0001-people.sql': `create table people (id int primary key, email text not null constraint people_email unique,
      hashed_password text not null, name text not null constraint people_name check (name <> 'nobody'))`,
  })
  arranged = await testDatabase('people', folder.path)
  database = await openDatabase({
    service: 'people',
    url: arranged.url,
    poolSize: 2,
    entities: [PersonEntity],
    migrations: folder.path,
  })
})
afterAll(async () => {
  await database?.close()
  await arranged?.close()
  await folder?.[Symbol.asyncDispose]()
})

/** The one line that `write` logs, as text and parsed. */
function lineOf(write: (log: ReturnType<typeof logTo>) => void) {
  const lines: string[] = []
  write(logTo({ write: line => void lines.push(line) }, 'fixture', 'info'))
  expect(lines).toHaveLength(1)
  const [text = ''] = lines
  return { text, line: JSON.parse(text) }
}
const loggedError = (error: unknown) => lineOf(log => log.error({ err: error }, 'failed'))

test('a line is JSON with level, time, service and text', () => {
  expect(lineOf(log => log.info({ order: 1 }, 'hello')).line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    service: 'fixture',
    order: 1,
    msg: 'hello',
  })
})

test('what is below the level is not written', () => {
  const lines: string[] = []
  const log = logTo({ write: line => void lines.push(line) }, 'fixture', 'warn')
  log.info('quiet')
  log.warn('loud')
  expect(lines).toHaveLength(1)
})

test('a line of a request carries its ids', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const request = beginRequest({ 'x-request-id': 'request-1', traceparent })
  expect(withRequest(request, () => lineOf(log => log.info('hello'))).line).toMatchObject({
    request_id: 'request-1',
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  })
})

test.for(['password', 'token', 'authorization', 'refresh_token', 'access_token', 'email'])(
  'a field %s is never written, alone or one level down',
  name => {
    const { text } = lineOf(log =>
      log.info({ [name]: 'hunter2', user: { [name]: 'hunter2' } }, 'x'),
    )
    expect(text).not.toContain('hunter2')
  },
)

test('an error is written with type, message, where it was thrown and what caused it', () => {
  const cause = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' })
  const { line } = loggedError(new AppError('unavailable', 503, 'Try again', { cause }))
  expect(line.err).toMatchObject({
    type: 'AppError',
    message: 'Try again',
    code: 'unavailable',
    stack: expect.arrayContaining([expect.stringContaining('log.test.ts')]),
    cause: { type: 'Error', message: 'connect failed', code: 'ECONNREFUSED' },
  })
})

test('what was thrown without being an error is written as text', () => {
  expect(loggedError('just text').line.err).toEqual({ message: 'just text' })
})

const insert = (change: object) =>
  database
    .transaction(async em => {
      const person = { id: 2, email: 'ada@x.test', hashedPassword: 'hunter2', name: 'Lovelace' }
      em.create(PersonEntity, { ...person, ...change })
      await em.flush()
    })
    .catch((error: unknown) => error)

test.for([
  ['a plain name', 'Lovelace'],
  ['a name with a line break', 'Ada\nLovelace'],
  ['a name with quotes', `Ada 'x' Lovelace`],
  ['a name with an open quote and a line break', `Ada '\nLovelace`],
  ['a name with dashes', 'Ada - Lovelace - x'],
  ['a name that looks like a stack', 'x\n    at Lovelace'],
] as const)(
  'an error of the database names the constraint, never the row: %s',
  async ([, name]) => {
    await insert({ id: 1 })
    const { text, line } = loggedError(await insert({ id: 1, name }))
    expect(line.err).toMatchObject({ code: '23505', constraint: 'people_pkey', table: 'people' })
    expect(line.err.message).toContain('duplicate key value violates unique constraint')
    expect(text).not.toMatch(SECRETS)
  },
)

test('a value that the database could not read is not written', async () => {
  const unread = { name: 'cast', text: 'select $1::int' }
  for (const value of ['hunter2', `'hunter2'`, '" - hunter2']) {
    const error = await database.rows(unread, [value]).catch((thrown: unknown) => thrown)
    const { text, line } = loggedError(error)
    expect(line.err.message).toContain('invalid input syntax for type integer')
    expect(text).not.toMatch(SECRETS)
  }
  const written = loggedError(await insert({ id: 'hunter2 - hunter2' }))
  expect(written.line.err).toMatchObject({ code: '22P02', message: 'data exception' })
  expect(written.text).not.toMatch(SECRETS)
})

test('a fault in a statement says which name is wrong', async () => {
  const error = await database.rows('select nonsense', []).catch((thrown: unknown) => thrown)
  expect(loggedError(error).line.err.message).toBe('column "nonsense" does not exist')
})
