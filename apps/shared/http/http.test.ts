import { once } from 'node:events'
import { request } from 'node:http'
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

test('a path that nobody has is a 404 problem', async () => {
  const answer = await service.call('/nothing/here?q=1')
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.status).toBe(404)
  expect(answer.body).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'No such path: /nothing/here',
    code: 'path_not_found',
    request_id: answer.headers.get('x-request-id'),
  })
})

test.for([
  '/%',
  '/%E0%A4%A',
  '/..%2f..%2fetc',
  '//evil.example',
  '/notes/',
  '/__proto__',
  '/x%00y',
])('the strange path %s is a 404 too', async path => {
  expect(await service.call(path)).toMatchObject({ status: 404, body: { status: 404 } })
})

test.for([
  ['PUT', '/notes', 'GET, HEAD, POST'],
  ['PATCH', `/notes/${NOTE_ID}`, 'DELETE, GET, HEAD'],
  ['OPTIONS', '/notes', 'GET, HEAD, POST'],
  ['DELETE', '/health', 'GET, HEAD'],
] as const)('%s %s is a 405 that says what is allowed', async ([method, path, allow]) => {
  const answer = await service.call(path, { method })
  expect(answer).toMatchObject({
    status: 405,
    body: {
      code: 'method_not_allowed',
      detail: `${method} is not allowed here; allowed: ${allow}`,
    },
  })
  expect(answer.headers.get('allow')).toBe(allow)
})

test('HEAD answers as GET does, without the body', async () => {
  const get = await service.call('/notes')
  const head = await service.call('/notes', { method: 'HEAD' })
  expect(head).toMatchObject({ status: 200, body: '' })
  expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
})

test('a method that fetch does not know gets a 4xx and the server goes on', async () => {
  for (const method of ['TRACE', 'PROPFIND']) {
    const sent = request(`${service.url}/notes`, { method }).end()
    const [response] = await once(sent, 'response')
    response.resume()
    expect(response.statusCode).toBe(405)
    expect(response.headers['x-content-type-options']).toBe('nosniff')
  }
  expect(await service.call('/notes')).toMatchObject({ status: 200 })
})

test('an error of our own making answers with its code, text and headers', async () => {
  const answer = await service.call('/busy')
  expect(answer).toMatchObject({
    status: 503,
    body: { title: 'Service Unavailable', detail: 'The clock is slow', code: 'unavailable' },
  })
  expect(answer.headers.get('retry-after')).toBe('7')
})

test('an unexpected error is a bare 500 with the request id, and is logged once', async () => {
  const answer = await service.call('/fails', { headers: { 'x-request-id': 'unexpected-1' } })
  expect(answer.status).toBe(500)
  expect(answer.body).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'Internal Server Error',
    code: 'internal_error',
    request_id: 'unexpected-1',
  })
  const logged = service.logs().filter(line => line['level'] === 'error')
  const about = logged.filter(line => line['request_id'] === 'unexpected-1')
  expect(about).toHaveLength(1)
  expect(about[0]).toMatchObject({
    msg: 'unexpected error',
    err: { type: 'Error', message: 'the password of the database is hunter2' },
  })
})

test.for([
  ['200', '/notes', {}],
  ['404', '/nothing', {}],
  ['405', '/notes', { method: 'PUT' }],
  ['413', '/notes', { json: 'x'.repeat(200_000) }],
  ['422', '/notes', { json: {} }],
  ['500', '/fails', {}],
] as const)(
  'an answer of status %s has the security headers and a request id',
  async ([status, path, init]) => {
    const { headers, ...answer } = await service.call(path, init)
    expect(answer.status).toBe(Number(status))
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-request-id': expect.stringMatching(/^[\w-]{36}$/),
    })
  },
)

test('every status that an answer has is in its route of the OpenAPI document', async () => {
  const { body } = await service.call('/openapi.json')
  expect(Object.keys(body.paths['/notes'].post.responses).sort()).toEqual([
    '201',
    '400',
    '413',
    '415',
    '422',
    '500',
    '503',
  ])
})
