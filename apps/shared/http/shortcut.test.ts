import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { fixture } from '../testing/fixture.ts'
import { startTestService, type TestService } from '../testing/test-service.ts'
import type { AppEnv } from './http.ts'
import { withShortcut } from './shortcut.ts'

let service: TestService

/** An app and a shortcut that give themselves away. */
beforeAll(async () => {
  const app = new Hono<AppEnv>().all('/things/:id', c => c.text('the app'))
  const shortcut = (url: string, authorization: string | undefined) =>
    url === '/things/1' && authorization !== 'Bearer unknown'
      ? { route: '/things/:id', headers: { 'content-length': 5 }, body: 'ready' }
      : undefined
  service = await startTestService(fixture, async () => withShortcut(app, shortcut), {
    tokens: { jwksUrl: 'http://127.0.0.1:1/jwks.json' },
    calls: {},
    settings: {},
    secrets: {},
  })
})
afterAll(() => service?.stop())

test('a plain GET with a ready answer is answered without the app', async () => {
  expect(await service.call('/things/1')).toMatchObject({ status: 200, body: 'ready' })
})

test.for([
  ['another path', '/things/2', {}],
  ['a query', '/things/1?x=1', {}],
  ['a token that it does not know', '/things/1', { headers: { authorization: 'Bearer unknown' } }],
  ['an origin', '/things/1', { headers: { origin: 'https://shop.test' } }],
  ['a condition', '/things/1', { headers: { 'if-none-match': '"1"' } }],
  ['another method', '/things/1', { method: 'PUT' }],
] as const)('with %s it is the app that answers', async ([, path, init]) => {
  expect((await service.call(path, init)).body).toBe('the app')
})

test('HEAD has no body and is for the app', async () => {
  const { status, headers } = await service.call('/things/1', { method: 'HEAD' })
  expect([status, headers.get('content-length')]).not.toEqual([200, '5'])
})

test('a ready answer has what every answer has: request id, security headers, a line in the log', async () => {
  const { headers } = await service.call('/things/1', {
    headers: { 'x-request-id': 'ready-answer' },
  })
  expect(headers.get('x-request-id')).toBe('ready-answer')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  await vi.waitFor(() =>
    expect(service.logs()).toContainEqual(
      expect.objectContaining({
        ...{ method: 'GET', path: '/things/1', status: 200, request_id: 'ready-answer' },
      }),
    ),
  )
})
