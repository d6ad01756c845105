import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { fixture, startFixture } from '../testing/fixture.ts'
import { startTestService, type TestService } from '../testing/test-service.ts'
import { logTo } from '../process/log.ts'
import { httpServer } from './server.ts'
import { readyJson, sendReady } from './shortcut.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
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

/** The access log's lines about requests that had this path; written once the answer is out. */
const accessTo = (path: string) =>
  service.logs().filter(line => line['msg'] === 'request' && line['path'] === path)

test.for(['abcdefgh', 'A.b-c_1234', 'x'.repeat(128)])(
  'the well-formed request id %s is taken over into answer, problem and log',
  async id => {
    const path = `/id-${id.length}`
    const answer = await service.call(path, { headers: { 'x-request-id': id } })
    expect(answer.headers.get('x-request-id')).toBe(id)
    expect(answer.body.request_id).toBe(id)
    await vi.waitFor(() => expect(accessTo(path)).toMatchObject([{ request_id: id }]))
  },
)

test.for([
  '',
  'short',
  'x'.repeat(129),
  'has space',
  'a"quoted"',
  '-leading-dash',
  '<script>alert',
])('in place of the request id %j a new one is made', async id => {
  const answer = await service.call('/nothing', { headers: { 'x-request-id': id } })
  const made = answer.headers.get('x-request-id')
  expect(made).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(answer.body.request_id).toBe(made)
})

test('two requests never share an id', async () => {
  await Promise.all(Array.from({ length: 100 }, () => service.call('/many')))
  await vi.waitFor(() => expect(accessTo('/many')).toHaveLength(100))
  expect(new Set(accessTo('/many').map(line => line['request_id'])).size).toBe(100)
})

test("the caller's trace is taken over into the access log and into what handlers log", async () => {
  await service.call('/fails', { headers: { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` } })
  await vi.waitFor(() => expect(accessTo('/fails')).toMatchObject([{ trace_id: TRACE_ID }]))
  const errors = service.logs().filter(line => line['msg'] === 'unexpected error')
  expect(errors).toMatchObject([{ trace_id: TRACE_ID, service: 'fixture' }])
})

test.for([
  'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
  '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7',
  '","admin":"true',
])('the malformed trace %j is not taken over', async traceparent => {
  const path = `/trace-${encodeURIComponent(traceparent)}`
  await service.call(path, { headers: { traceparent } })
  await vi.waitFor(() => expect(accessTo(path)).toHaveLength(1))
  expect(accessTo(path)[0]).not.toHaveProperty('trace_id')
})

test('a request is one line of exactly these fields: no query, no body, no token', async () => {
  await service.call('/notes?limit=7&email=ada@example.com', {
    json: { title: 'Milk', password: 'correct horse' },
    token: 'secret-token',
  })
  await vi.waitFor(() => expect(accessTo('/notes')).toHaveLength(1))
  const [line] = accessTo('/notes')
  expect(line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    service: 'fixture',
    msg: 'request',
    method: 'POST',
    path: '/notes',
    status: 201,
    ms: expect.any(Number),
    request_id: expect.any(String),
  })
  expect(JSON.stringify(service.logs())).not.toMatch(/ada@example|correct horse|secret-token/)
})

test('the path in a line is one JSON string, whatever the client sends', async () => {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
  socket.end('GET /"x","level":"fatal HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  expect(await text(socket)).toContain('HTTP/1.1 404')
  await vi.waitFor(() => expect(accessTo('/"x","level":"fatal')).toMatchObject([{ level: 'info' }]))
})

test('probes that succeed are not logged', async () => {
  for (const path of ['/health', '/ready', '/health?x']) await service.call(path)
  await service.call('/after-the-probes')
  await vi.waitFor(() => expect(accessTo('/after-the-probes')).toHaveLength(1))
  expect([...accessTo('/health'), ...accessTo('/ready')]).toEqual([])
})

test('a client that leaves before the answer is logged as 499', async () => {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
  await once(socket, 'connect')
  const headers = 'Host: a\r\nContent-Type: application/json\r\nContent-Length: 99'
  socket.write(`POST /notes HTTP/1.1\r\n${headers}\r\n\r\n{"title":`)
  socket.destroy()
  await vi.waitFor(() =>
    expect(accessTo('/notes')).toContainEqual(expect.objectContaining({ status: 499 })),
  )
})

test('garbage on the socket gets a 400 and the server goes on', async () => {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
  socket.end('this is not HTTP\r\n\r\n')
  expect(await text(socket)).toContain('400 Bad Request')
  expect(await service.call('/health')).toMatchObject({ status: 200 })
})

/** A server that is not loaded yet. */
async function listening() {
  const http = httpServer(logTo({ write: () => {} }, 'early', 'silent'), undefined, readyJson('ok'))
  await once(http.server.listen(0, '127.0.0.1'), 'listening')
  const { port } = http.server.address() as AddressInfo
  return { http, url: `http://127.0.0.1:${port}` }
}

test('before the service is loaded /health is answered, and all else waits for it', async () => {
  const { http, url } = await listening()
  let isServed = false
  const others = ['/things', '/ready'].map(async path => {
    const answer: unknown = await (await fetch(url + path)).json()
    return [isServed, answer]
  })
  await vi.waitUntil(() => getConnections(http.server).then(open => open === 2))
  expect(await (await fetch(`${url}/health`)).json()).toBe('ok')
  isServed = true
  http.serve((incoming, outgoing) => sendReady(outgoing, '/', 200, readyJson(incoming.url)))
  expect(await Promise.all(others)).toEqual([
    [true, '/things'],
    [true, '/ready'],
  ])
  expect(await (await fetch(`${url}/health`)).json()).toBe('ok')
  await once(http.server.close(), 'close')
})

test('while it drains each answer closes its connection, ready or written by the app', async () => {
  const { http, url } = await listening()
  http.serve((incoming, outgoing) => {
    if (incoming.url === '/ready-made') sendReady(outgoing, '/', 200, readyJson('ready'))
    else outgoing.writeHead(200, { 'content-length': 0 }).end()
  })
  const connection = async (path: string) => {
    const { headers } = await fetch(url + path)
    return headers.get('connection')
  }
  for (const path of ['/ready-made', '/written']) expect(await connection(path)).toBe('keep-alive')
  http.drain()
  for (const path of ['/ready-made', '/written']) expect(await connection(path)).toBe('close')
  await once(http.server.close(), 'close')
})

const getConnections = (server: Server) => promisify(server.getConnections.bind(server))()
