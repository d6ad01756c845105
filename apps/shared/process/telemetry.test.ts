import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFixtureProcess } from '../testing/spawn-fixture.ts'
import { testCollector, type TestCollector } from '../testing/test-collector.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT_ID = '00f067aa0ba902b7'

let collector: TestCollector
let logs: Record<string, unknown>[]
let calleeHeaders: Record<string, unknown>

/** One run of a service with a collector; its telemetry has all arrived when it has ended. */
beforeAll(async () => {
  collector = await testCollector()
  const callee = createServer((request, response) => {
    calleeHeaders = request.headers
    response.end()
  })
  await once(callee.listen(0, '127.0.0.1'), 'listening')
  const calleeUrl = `http://127.0.0.1:${(callee.address() as AddressInfo).port}`
  await using fixture = await startFixtureProcess({
    supervised: true,
    otlpEndpoint: collector.url,
  })
  const get = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(`${fixture.url}${path}`, { headers: { ...headers, connection: 'close' } })).text()
  expect(JSON.parse(await get('/sdk'))).toEqual({ loaded: true })
  await get('/slow/ada?ms=1')
  await get('/slow/bob?ms=1')
  await get('/slow/eve?ms=x')
  await get('/fails')
  await get('/wp-admin/setup.php')
  await get(`/calls?url=${encodeURIComponent(calleeUrl)}`, {
    traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`,
    'x-request-id': 'request-of-ada',
  })
  await get('/fast', { traceparent: `00-${'a'.repeat(32)}-${PARENT_ID}-00` })
  fixture.child.kill('SIGTERM')
  expect(await fixture.ended).toBe(0)
  logs = fixture.logs()
  callee.closeAllConnections()
  callee.close()
})
afterAll(() => collector?.[Symbol.asyncDispose]())

test('each request is a span named by method and path pattern', () => {
  const spans = collector.spans()
  expect(spans.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['GET /slow/:name', 'GET /fails', 'GET unmatched']),
  )
  expect(spans.find(({ name }) => name === 'GET /slow/:name')).toMatchObject({
    kind: 2, // server
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/slow/:name',
      'app.request_id': expect.stringMatching(/^[\w-]{36}$/),
    },
  })
})

test('a span whose answer is a fault of ours is an error, one that a client got wrong is not', () => {
  const statusOf = (status: number) =>
    collector.spans().find(({ attributes }) => attributes['http.response.status_code'] === status)
  expect(statusOf(500)?.status.code).toBe(2)
  expect(statusOf(404)?.status.code).toBe(0)
  expect(statusOf(422)?.status.code).toBe(0)
})

test("the caller's span is the parent, and the callee gets ours", () => {
  const span = collector.spans().find(({ traceId }) => traceId === TRACE_ID)
  expect(span).toMatchObject({
    name: 'GET /calls',
    parentSpanId: PARENT_ID,
    attributes: { 'app.request_id': 'request-of-ada' },
  })
  expect(calleeHeaders).toMatchObject({
    traceparent: `00-${TRACE_ID}-${span?.spanId}-01`,
    'x-request-id': 'request-of-ada',
  })
})

test('a request without a trace begins one, which its log line names', () => {
  const failed = collector.spans().find(({ name }) => name === 'GET /fails')
  expect(failed?.parentSpanId ?? '').toBe('')
  const lines = logs.filter(line => line['trace_id'] === failed?.traceId)
  expect(lines.map(line => line['msg'])).toEqual(['unexpected error', 'request'])
})

test('a trace that its caller does not sample is not sent', () => {
  expect(collector.spans().some(({ traceId }) => traceId === 'a'.repeat(32))).toBe(false)
})

test('requests are counted and timed per route and status', () => {
  const points = collector.points('http.server.request.duration')
  const countOf = (route: string, status: number) =>
    points.find(
      ({ attributes }) =>
        attributes['http.route'] === route && attributes['http.response.status_code'] === status,
    )?.count
  expect(countOf('/slow/:name', 200)).toBe(2)
  expect(countOf('/slow/:name', 422)).toBe(1)
  expect(countOf('/fails', 500)).toBe(1)
  expect(countOf('unmatched', 404)).toBe(1)
})

test('nothing but traces and metrics is sent', () => {
  expect(new Set(collector.paths())).toEqual(new Set(['/v1/traces', '/v1/metrics']))
})

test('without an endpoint the SDK is not loaded', async () => {
  await using fixture = await startFixtureProcess()
  expect(await (await fetch(`${fixture.url}/sdk`)).json()).toEqual({ loaded: false })
})

test('a collector that is not there does not keep requests nor the end', async () => {
  await using fixture = await startFixtureProcess({
    supervised: true,
    otlpEndpoint: 'http://127.0.0.1:1',
  })
  expect((await fetch(`${fixture.url}/fast`, { headers: { connection: 'close' } })).status).toBe(
    200,
  )
  fixture.child.kill('SIGTERM')
  expect(await fixture.ended).toBe(0)
})
