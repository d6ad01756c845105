import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineEntity, p } from '@mikro-orm/core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { authentication } from '../auth/auth.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { AppError } from './errors.ts'
import { service } from './http.ts'
import { creating, idempotent, pruneIdempotencyKeys } from './idempotency.ts'
import { defineService } from '../manifest.ts'
import { migrationsFolder } from '../testing/migrations-folder.ts'
import { testDatabase, type TestDatabase } from '../testing/test-database.ts'
import { testIssuer, type TestIssuer } from '../testing/test-issuer.ts'
import {
  type Answer,
  PUBLIC_URL,
  startTestService,
  type TestService,
} from '../testing/test-service.ts'
import { remoteKeys, tokenVerifier } from '../auth/tokens.ts'
import { answers, body } from './validation.ts'

const manifest = defineService({
  name: 'things',
  description: 'Things',
  routes: ['/things'],
  needs: { database: true, tokens: true },
})
const ThingEntity = defineEntity({
  name: 'Thing',
  tableName: 'things',
  properties: { id: p.uuid().primary(), name: p.text() },
})
const Thing = z.object({ id: z.string(), name: z.string() })

let arranged: TestDatabase
let database: Database
let issuer: TestIssuer
let things: TestService
let folder: Awaited<ReturnType<typeof migrationsFolder>>
let buyer: string
/** What the handler does before it commits. */
let meanwhile: (name: string) => Promise<unknown>

beforeAll(async () => {
  folder = await migrationsFolder({
    '0001-things.sql':
      'create table things (id uuid constraint things_pkey primary key, name text)',
    '0002-keys.sql': await readFile(join(import.meta.dirname, 'idempotency-table.sql'), 'utf8'),
  })
  ;[arranged, issuer] = await Promise.all([testDatabase('things', folder.path), testIssuer()])
  database = await openDatabase({
    service: 'things',
    url: arranged.url,
    poolSize: 8,
    entities: [ThingEntity],
    migrations: folder.path,
  })
  const auth = authentication(tokenVerifier(remoteKeys(issuer.jwksUrl), PUBLIC_URL))
  const start = ({ log }: { log: Parameters<typeof service>[0] }) =>
    Promise.resolve(
      service(log, []).post(
        '/things',
        auth.requireUser(),
        idempotent(database),
        body(z.object({ name: z.string() })),
        answers(201, Thing),
        async c => {
          const { id, remember } = c.var.idempotency
          const thing = { id, name: c.req.valid('json').name }
          await creating('things_pkey', () =>
            database.transaction(async em => {
              await em.execute('insert into things (id, name) values (?, ?)', [id, thing.name])
              await meanwhile(thing.name)
              await remember(em, 201, thing)
            }),
          )
          return c.var.answer(thing)
        },
      ),
    )
  things = await startTestService(manifest, start, {
    database: { url: arranged.url, poolSize: 1 },
    tokens: { jwksUrl: issuer.jwksUrl },
    calls: {},
    settings: {},
    secrets: {},
  })
  buyer = await issuer.token('buyer')
})
afterAll(async () => {
  await things?.stop()
  await database?.close()
  await issuer?.close()
  await arranged?.close()
  await folder?.[Symbol.asyncDispose]()
})
beforeEach(async () => {
  meanwhile = () => Promise.resolve()
  await arranged.query('truncate things.things, things.idempotency_keys')
})

const post = (key: string | undefined, name: unknown, token = buyer): Promise<Answer> =>
  things.call('/things', {
    json: { name },
    token,
    headers: key === undefined ? {} : { 'idempotency-key': key },
  })
const count = async () => (await arranged.query('select from things.things')).length

test.for([
  [undefined, 'Send the header Idempotency-Key'],
  ['with space', 'must be 1 to 255 visible ASCII'],
  ['x'.repeat(256), 'must be 1 to 255 visible ASCII'],
] as const)('a request with the key %s is refused with 400', async ([key, message]) => {
  const { status, body: problem } = await post(key, 'a')
  expect([status, problem.code]).toEqual([400, 'idempotency_key_required'])
  expect(problem.detail).toContain(message)
  expect(await count()).toBe(0)
})

test('the same key and body get the same answer and have one effect', async () => {
  const first = await post('k1', 'a')
  const second = await post('k1', 'a')
  expect(second.status).toBe(201)
  expect(second.body).toEqual(first.body)
  expect(first.headers.get('idempotency-replayed')).toBeNull()
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  expect(await count()).toBe(1)
})

test('the same key with another body is refused with 422', async () => {
  await post('k1', 'a')
  const { status, body: problem } = await post('k1', 'b')
  expect([status, problem.code]).toEqual([422, 'idempotency_key_reused'])
  expect(await count()).toBe(1)
})

test('a key belongs to its caller', async () => {
  await post('k1', 'a')
  const other = await post('k1', 'b', await issuer.token('buyer'))
  expect(other.status).toBe(201)
  expect(await count()).toBe(2)
})

test('what failed is not stored: the same key tries anew', async () => {
  meanwhile = () => Promise.reject(new AppError('short', 409, 'Not now'))
  expect((await post('k1', 'a')).status).toBe(409)
  meanwhile = () => Promise.resolve()
  expect((await post('k1', 'a')).status).toBe(201)
})

test('twins at the same time have one effect and one answer', async () => {
  const all = await Promise.all(Array.from({ length: 6 }, () => post('k1', 'a')))
  expect(all.map(({ status }) => status)).toEqual(Array(6).fill(201))
  expect(new Set(all.map(({ body: thing }) => JSON.stringify(thing))).size).toBe(1)
  expect(await count()).toBe(1)
})

test('of twins with different bodies one has an effect and the other is refused', async () => {
  const all = await Promise.all([post('k1', 'a'), post('k1', 'b')])
  expect(all.map(({ status }) => status).toSorted()).toEqual([201, 422])
  expect(await count()).toBe(1)
})

test('a key that was forgotten is not used again for another thing', async () => {
  await post('k1', 'a')
  await post('k2', 'a')
  await arranged.query(
    `update things.idempotency_keys set created_at = now() - interval '25 h' where key = 'k1'`,
  )
  expect(await pruneIdempotencyKeys(database)).toBe(1)
  const { status, body: problem } = await post('k1', 'a')
  expect([status, problem.code]).toEqual([422, 'idempotency_key_reused'])
})
