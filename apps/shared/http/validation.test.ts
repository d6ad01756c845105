import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture, NOTE_ID, startFixture } from '../testing/fixture.ts'
import { startTestService, type TestService } from '../testing/test-service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService(fixture, startFixture, {
    tokens: { jwksUrl: 'http://127.0.0.1:1/jwks.json' },
    calls: {},
    settings: {},
    secrets: {},
  })
})
afterAll(() => service?.stop())

const post = (body: string) =>
  service.call('/notes', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })

test('a 422 lists every field that is not valid, with location, path and message', async () => {
  const answer = await service.call('/notes', {
    json: { title: '', password: 'short', owner: {}, tags: ['ok', 'too long', 3] },
  })
  expect(answer).toMatchObject({
    status: 422,
    body: { code: 'validation_failed', title: 'Unprocessable Content' },
  })
  expect(answer.body.detail).toBe('5 fields are not valid')
  const fields = answer.body.errors.map((error: { field: string }) => error.field)
  expect(fields).toEqual(['title', 'password', 'owner.name', 'tags.1', 'tags.2'])
  for (const error of answer.body.errors)
    expect(error).toEqual({
      location: 'body',
      field: expect.any(String),
      message: expect.stringMatching(/\w/),
    })
})

test('a field that is missing "is required"', async () => {
  const { body } = await service.call('/notes', { json: {} })
  expect(body.errors).toEqual([{ location: 'body', field: 'title', message: 'is required' }])
})

test('a value that was refused is never sent back, nor logged', async () => {
  const { body } = await service.call('/notes', { json: { title: 'Milk', password: 'hunter2' } })
  expect(body.errors).toMatchObject([{ field: 'password' }])
  expect(JSON.stringify(body)).not.toContain('hunter2')
  expect(JSON.stringify(service.logs())).not.toContain('hunter2')
})

test('fields of the body and query parameters that no schema names are ignored', async () => {
  const created = await service.call('/notes', { json: { title: 'Milk', id: 'mine', admin: true } })
  expect(created.body).toEqual({ id: NOTE_ID, title: 'Milk', tags: [] })
  const listed = await service.call('/notes?limit=5&utm_source=mail&__proto__=x')
  expect(listed).toMatchObject({ status: 200, body: [{ title: 'limit 5' }] })
})

test('a field that the answer does not name does not leave the service', async () => {
  const { body } = await service.call('/notes', {
    json: { title: 'Milk', password: 'a long secret' },
  })
  expect(body).not.toHaveProperty('password')
})

test.for([
  '{"title":"Milk","__proto__":{"isAdmin":true}}',
  '{"title":"Milk","constructor":{"prototype":{"isAdmin":true}}}',
  '{"title":"Milk","owner":{"name":"Ada","__proto__":{"isAdmin":true}}}',
])('a body can not reach a prototype: %s', async body => {
  const answer = await post(body)
  expect(answer.status).toBe(201)
  expect(JSON.stringify(answer.body)).not.toContain('isAdmin')
  expect(Reflect.get({}, 'isAdmin')).toBeUndefined()
})

test('a prototype gives no field that is missing', async () => {
  expect(await post('{"__proto__":{"title":"Milk"}}')).toMatchObject({
    status: 422,
    body: { errors: [{ field: 'title', message: 'is required' }] },
  })
})

test.for(['0', '101', 'x', ''])('limit=%s is a 422 of the query', async limit => {
  expect(await service.call(`/notes?limit=${limit}`)).toMatchObject({
    status: 422,
    body: { errors: [{ location: 'query', field: 'limit' }] },
  })
})

test('a parameter that is given twice where one is meant is a 422', async () => {
  expect(await service.call('/notes?limit=1&limit=2')).toMatchObject({ status: 422 })
})

test.for(['1', 'not-a-uuid', `${NOTE_ID}x`, "'%20or%201=1"])(
  'the path parameter %s is a 422 of the path',
  async id => {
    expect(await service.call(`/notes/${id}`)).toMatchObject({
      status: 422,
      body: { errors: [{ location: 'path', field: 'note_id' }] },
    })
  },
)

test('what a use case does not find is a 404 with a code of its own', async () => {
  expect(await service.call(`/notes/${NOTE_ID}`)).toMatchObject({
    status: 404,
    body: { code: 'note_not_found', detail: 'Note not found' },
  })
})
