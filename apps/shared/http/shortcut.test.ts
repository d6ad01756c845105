import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { fixture } from '../testing/fixture.ts'
import { type Answer, startTestService, type TestService } from '../testing/test-service.ts'
import { AppError } from './errors.ts'
import type { AppEnv } from './http.ts'
import { type ReadyAnswer, readyJson, type Shortcut, withShortcut } from './shortcut.ts'

let service: TestService

const REFUSED = () => new AppError('teapot', 409, 'No coffee', { headers: { 'Retry-After': '7' } })

/** What a shortcut answers to a path, each in another way. */
const READY: Record<string, () => ReadyAnswer | Promise<ReadyAnswer>> = {
  '/things/1': () => readyJson('ready'),
  '/things/later': async () => readyJson('ready later'),
  '/things/refused': () => {
    throw REFUSED()
  },
  '/things/refused-later': () => Promise.reject(REFUSED()),
  '/things/broken': () => {
    throw new TypeError('a bug, with a secret')
  },
}

/** An app and a shortcut that give themselves away. */
beforeAll(async () => {
  const app = new Hono<AppEnv>()
    .all('/things/app-refuses', () => {
      throw REFUSED()
    })
    .all('/things/:id', c => c.text('the app'))
  const shortcut: Shortcut = {
    route: '/things/:id',
    answer: (url, authorization) =>
      authorization === 'Bearer unknown' ? undefined : READY[url]?.(),
  }
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
  expect(await service.call('/things/later')).toMatchObject({ status: 200, body: 'ready later' })
})

test.for(['/things/refused', '/things/refused-later'])(
  'what is thrown on the way to %s is answered as the app answers it',
  async path => {
    const [byShortcut, byTheApp] = [
      await service.call(path),
      await service.call('/things/app-refuses'),
    ]
    const apart = ({ status, headers, body }: Answer) => {
      const { date: _, 'x-request-id': id, ...rest } = Object.fromEntries(headers)
      expect(body.request_id).toBe(id)
      return { status, headers: rest, body: { ...body, request_id: '' } }
    }
    expect(byShortcut).toMatchObject({ status: 409, body: { detail: 'No coffee' } })
    expect(apart(byShortcut)).toEqual(apart(byTheApp))
  },
)

test('a bug in a shortcut is a 500 that says nothing, and a line in the log with the request', async () => {
  const { status, body } = await service.call('/things/broken', {
    headers: { 'x-request-id': 'broken-shortcut' },
  })
  expect([status, body.detail]).toEqual([500, 'Internal Server Error'])
  expect(service.logs()).toContainEqual(
    expect.objectContaining({ msg: 'unexpected error', request_id: 'broken-shortcut' }),
  )
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
  expect([status, headers.get('content-length')]).not.toEqual([200, '7'])
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
