import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../shared/testing/test-database.ts'
import { startTestService, type TestService } from '../shared/testing/test-service.ts'
import manifest from './manifest.ts'
import { MIGRATIONS, start } from './start.ts'

let database: TestDatabase
let users: TestService

beforeAll(async () => {
  database = await testDatabase('users', MIGRATIONS)
  users = await startTestService(manifest, start, {
    database: { url: database.url, poolSize: 5 },
    cache: {},
    calls: {},
    settings: { passwordCost: 4 },
    secrets: { keyEncryptionKey: randomBytes(32).toString('base64') },
  })
})

afterAll(async () => {
  await users?.stop()
  await database?.close()
})

const ada = { email: 'test@example.com', password: 'password123', full_name: 'Test User' }

test('a user registers, logs in and reads the own account, as the reference tests do', async () => {
  const created = await users.call('/users', { json: ada })
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({ email: 'test@example.com', full_name: 'Test User' })
  const login = await users.call('/auth/login', {
    json: { email: ada.email, password: ada.password },
  })
  expect(login.status).toBe(200)
  expect(login.body).toMatchObject({ token_type: 'bearer', expires_in: 1800 })
  const me = await users.call('/users/me', { token: login.body.access_token })
  expect(me.body).toEqual(created.body)
})
