import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type ClientOptions, serviceClient } from './client.ts'
import { beginRequest, withRequest } from '../http/request-context.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** What the callee does with each request; requests past the list get the last one. */
let script: Handler[]
let received: IncomingMessage[]
let server: ReturnType<typeof createServer>
let baseUrl: string

const answer =
  (status: number, body = 'done'): Handler =>
  (_, response) =>
    void response.writeHead(status).end(body)
const hasBody = (status: number) => status !== 204 && status !== 304
const hang: Handler = () => {}
const cut: Handler = (_, response) => void response.destroy()

beforeEach(async () => {
  received = []
  script = [answer(200)]
  server = createServer((request, response) => {
    received.push(request)
    request.resume()
    const act = script.length > 1 ? script.shift() : script[0]
    act?.(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  if (server.listening) await once(server.close(), 'close')
})

const client = (options: Partial<ClientOptions> = {}) =>
  serviceClient({ name: 'inventory', baseUrl, ...options })
const UNAVAILABLE = {
  status: 503,
  code: 'unavailable',
  headers: { 'Retry-After': expect.stringMatching(/^\d+$/) },
}

test('the token, the request id and the trace go along', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const request = beginRequest({ 'x-request-id': 'request-1', traceparent })
  await withRequest(request, () => client({ token: 'secret' })('/internal/stock?id=1'))
  expect(received[0]?.url).toBe('/internal/stock?id=1')
  expect(received[0]?.headers).toMatchObject({
    authorization: 'Bearer secret',
    'x-request-id': 'request-1',
    traceparent,
  })
})

test('outside of a request nothing is made up', async () => {
  await client()('/')
  expect(Object.keys(received[0]?.headers ?? {})).not.toEqual(
    expect.arrayContaining(['authorization', 'x-request-id', 'traceparent']),
  )
})

test('a path can not lead to another host', async () => {
  await client({ token: 'secret' })('//evil.example/x')
  expect(received[0]?.url).toBe('//evil.example/x')
})

test.for([200, 201, 204, 304, 400, 404, 409, 422, 429, 500, 501])(
  'an answer of status %i is the callers to read, and is not tried again',
  async status => {
    script = [answer(status, hasBody(status) ? 'body' : '')]
    const response = await client()('/')
    expect(response.status).toBe(status)
    expect(await response.text()).toBe(hasBody(status) ? 'body' : '')
    expect(received).toHaveLength(1)
  },
)

test.for([
  ['a 502', answer(502)],
  ['a 503', answer(503)],
  ['a 504', answer(504)],
  ['a connection that is cut', cut],
] as const)('an idempotent request is tried again after %s', async ([, failure]) => {
  script = [failure, failure, answer(200)]
  expect(await (await client()('/')).text()).toBe('done')
  expect(received).toHaveLength(3)
})

test.for(['GET', 'HEAD', 'PUT', 'DELETE'])(
  '%s is tried again until tries are used up',
  async method => {
    script = [answer(503)]
    await expect(client({ retries: 2 })('/', { method })).rejects.toMatchObject(UNAVAILABLE)
    expect(received).toHaveLength(3)
  },
)

test.for(['POST', 'PATCH', 'post'])('%s is not tried again', async method => {
  script = [answer(503)]
  await expect(client()('/', { method, body: '{}' })).rejects.toMatchObject({
    ...UNAVAILABLE,
    message: 'inventory does not answer; try again shortly',
  })
  expect(received).toHaveLength(1)
})

test('POST with an Idempotency-Key is tried again, with its body', async () => {
  script = [answer(503), answer(200)]
  const headers = { 'Idempotency-Key': 'order-1' }
  await client()('/', { method: 'POST', body: '{"a":1}', headers })
  expect(received.map(({ headers: sent }) => sent['content-length'])).toEqual(['7', '7'])
})

test('an answer that does not come in time is a 503', async () => {
  script = [hang]
  await expect(client({ timeoutMs: 50, retries: 1 })('/')).rejects.toMatchObject(UNAVAILABLE)
  expect(received).toHaveLength(2)
})

test('an answer that stops in the middle is a 503', async () => {
  script = [(_, response) => void response.writeHead(200).write('half')]
  await expect(client({ timeoutMs: 50, retries: 0 })('/')).rejects.toMatchObject(UNAVAILABLE)
})

test('a callee that is not there is a 503', async () => {
  await once(server.close(), 'close')
  await expect(client()('/')).rejects.toMatchObject(UNAVAILABLE)
})

test('a redirect is not followed: it could take the token elsewhere', async () => {
  script = [(_, response) => void response.writeHead(302, { location: '/elsewhere' }).end()]
  await expect(client({ retries: 0 })('/')).rejects.toMatchObject(UNAVAILABLE)
  expect(received).toHaveLength(1)
})

test('after failures in a row the callee is left alone, then tried once, then used again', async () => {
  const call = client({ retries: 0, breakAfter: 3, breakMs: 1000 })
  script = [answer(503)]
  const failed = () => expect(call('/')).rejects.toMatchObject(UNAVAILABLE)
  for (let count = 0; count < 3; count++) await failed()
  for (let count = 0; count < 10; count++)
    await expect(call('/')).rejects.toMatchObject({
      ...UNAVAILABLE,
      message: 'inventory is not available; try again shortly',
      headers: { 'Retry-After': '1' },
    })
  expect(received).toHaveLength(3)
  await vi.waitFor(async () => {
    await failed()
    expect(received).toHaveLength(4)
  }, 15_000)
  script = [answer(200)]
  await vi.waitFor(async () => expect((await call('/')).status).toBe(200), 15_000)
  expect((await call('/')).status).toBe(200)
})

test('a success in between keeps the circuit closed', async () => {
  const call = client({ retries: 0, breakAfter: 2 })
  script = [answer(503), answer(200), answer(503), answer(200)]
  await expect(call('/')).rejects.toMatchObject(UNAVAILABLE)
  await call('/')
  await expect(call('/')).rejects.toMatchObject(UNAVAILABLE)
  expect((await call('/')).status).toBe(200)
})

test('a caller that gives up is not the callees failure', async () => {
  const call = client({ breakAfter: 1 })
  script = [hang, answer(200)]
  const controller = new AbortController()
  const given = call('/', { signal: controller.signal })
  await vi.waitFor(() => expect(received).toHaveLength(1))
  controller.abort(new Error('left'))
  await expect(given).rejects.toThrow('left')
  expect(received).toHaveLength(1)
  expect((await call('/')).status).toBe(200)
})
