import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentedRoutes } from '../shared/testing/documented-answers.ts'
import { openRoutesOf } from '../shared/testing/open-routes.ts'
import type { TestDatabase } from '../shared/testing/test-database.ts'
import type { TestService } from '../shared/testing/test-service.ts'
import manifest from './manifest.ts'
import { startUsers, usersDatabase } from './testing.ts'

let database: TestDatabase
let users: TestService

beforeAll(async () => {
  database = await usersDatabase()
  users = await startUsers(database)
})

afterAll(async () => {
  await users?.stop()
  await database?.close()
})

// That no answer has another status is checked by every call of every test: see documentedAnswers.
test('the document names every route with its answers', async () => {
  expect(await documentedRoutes(users)).toEqual({
    'DELETE /users/me': '204 401 409 500 503',
    'GET /.well-known/jwks.json': '200 500 503',
    'GET /.well-known/openid-configuration': '200 500 503',
    'GET /users': '200 401 403 422 500 503',
    'GET /users/me': '200 401 500 503',
    'GET /users/{user_id}': '200 401 404 422 500 503',
    'PATCH /users/me': '200 400 401 413 415 422 500 503',
    'PATCH /users/{user_id}': '200 400 401 403 404 409 413 415 422 500 503',
    'POST /auth/login': '200 400 401 413 415 422 429 500 503',
    'POST /auth/logout': '204 400 413 415 422 500 503',
    'POST /auth/password-reset': '202 400 413 415 422 429 500 503',
    'POST /auth/password-reset/confirm': '204 400 413 415 422 429 500 503',
    'POST /auth/refresh': '200 400 401 413 415 422 500 503',
    'POST /auth/verify-email': '204 400 413 415 422 429 500 503',
    'POST /users/me/email-verification': '202 401 409 429 500 503',
    'POST /users': '201 400 413 415 422 429 500 503',
    'PUT /users/me/password': '204 400 401 413 415 422 429 500 503',
  })
})

test('the document hides nothing that a client needs to send: examples, limits, security', async () => {
  const { body } = await users.call('/openapi.json')
  expect(body.openapi).toBe('3.1.0')
  const { UserCreate } = body.components.schemas
  expect(UserCreate.required).toEqual(['email', 'password', 'full_name'])
  expect(UserCreate.examples).toHaveLength(1)
  expect(UserCreate.properties.password.description).toContain('72 bytes')
  expect(body.paths['/users/me'].get.security).toEqual([{ bearer: [] }])
  expect(body.paths['/auth/login'].post.security).toBeUndefined()
})

test('exactly the open routes of the manifest answer without a token, the others with 401', async () => {
  const { answered, declared, idle } = await openRoutesOf(users, manifest)
  expect(answered).toEqual(declared)
  expect(idle).toEqual([])
})
