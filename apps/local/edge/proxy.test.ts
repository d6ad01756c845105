import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { holdsWithin } from '../processes/poll.ts'
import { testEdge, type TestEdge, type Upstream } from '../testing/test-edge.ts'

let edge: TestEdge
let users: Upstream
let port: number
let send: TestEdge['send']

beforeAll(async () => {
  edge = await testEdge()
  ;({ users, port, send } = edge)
})
beforeEach(() => edge.echo())
afterAll(() => edge.close())

test('method, body, headers, status and answer pass through', async () => {
  users.answer((incoming, outgoing) => {
    outgoing.writeHead(201, 'Made', [
      ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Method', incoming.method ?? ''],
      ...['X-Authorization', incoming.headers.authorization ?? ''],
    ])
    incoming.pipe(outgoing)
  })
  const headers = { Authorization: 'Bearer x' }
  const answer = await send('/users', { method: 'PATCH', headers, body: '{"a":1}' })
  expect(answer).toMatchObject({
    status: 201,
    headers: { 'set-cookie': ['a=1', 'b=2'], 'x-method': 'PATCH', 'x-authorization': 'Bearer x' },
    body: '{"a":1}',
  })
})

test('the service learns who asks: the address is appended, protocol and host are set', async () => {
  users.answer((incoming, outgoing) => outgoing.end(JSON.stringify(incoming.headers)))
  const { body } = await send('/users', {
    headers: {
      'X-Forwarded-For': '1.2.3.4',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'evil',
      Host: 'shop:1',
    },
  })
  expect(JSON.parse(body)).toMatchObject({
    'x-forwarded-for': '1.2.3.4, 127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'shop:1',
    host: 'shop:1',
  })
})

test('headers of the connection stay on their side', async () => {
  users.answer((incoming, outgoing) => {
    outgoing.writeHead(200, {
      Connection: 'X-Hop',
      'X-Hop': 'secret',
      'Proxy-Authenticate': 'Basic',
    })
    outgoing.end(JSON.stringify(incoming.headers))
  })
  const { headers, body } = await send('/users', {
    headers: { Connection: 'X-Mine', 'X-Mine': '1', 'Proxy-Authorization': 'x', TE: 'trailers' },
  })
  expect(Object.keys(headers)).not.toContain('x-hop')
  expect(Object.keys(headers)).not.toContain('proxy-authenticate')
  const seen = Object.keys(JSON.parse(body) as object)
  expect(seen).not.toContain('x-mine')
  expect(seen).not.toContain('proxy-authorization')
  expect(seen).not.toContain('te')
})

test('compressed bytes arrive as they were sent', async () => {
  users.answer((_, outgoing) => {
    outgoing.writeHead(200, { 'Content-Encoding': 'gzip', ETag: '"1"' })
    outgoing.end(gzipSync('hello'))
  })
  const outgoing = request({ host: '127.0.0.1', port, path: '/users', agent: false }).end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  const bytes = Buffer.concat((await response.toArray()) as Buffer[])
  expect(response.headers).toMatchObject({ 'content-encoding': 'gzip', etag: '"1"' })
  expect(gunzipSync(bytes).toString()).toBe('hello')
})

test('HEAD keeps the length, 204 and 304 have no body', async () => {
  users.answer((incoming, outgoing) => {
    if (incoming.url === '/users/none') outgoing.writeHead(204).end()
    else if (incoming.url === '/users/same') outgoing.writeHead(304, { ETag: '"1"' }).end()
    else outgoing.writeHead(200, { 'Content-Length': '5' }).end('hello')
  })
  expect(await send('/users', { method: 'HEAD' })).toMatchObject({
    status: 200,
    headers: { 'content-length': '5' },
    body: '',
  })
  expect(await send('/users/none')).toMatchObject({ status: 204, body: '' })
  expect(await send('/users/same')).toMatchObject({
    status: 304,
    headers: { etag: '"1"' },
    body: '',
  })
})

test('bodies stream: the answer begins while the request is still being sent', async () => {
  users.answer((incoming, outgoing) => incoming.pipe(outgoing))
  const outgoing = request({
    host: '127.0.0.1',
    port,
    path: '/users',
    method: 'POST',
    agent: false,
  })
  outgoing.write('first')
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  expect(String((await once(response, 'data'))[0])).toBe('first')
  outgoing.end('last')
  expect(String((await once(response, 'data'))[0])).toBe('last')
})

test('a service may refuse a large body before it has read it', async () => {
  users.answer((_, outgoing) => outgoing.writeHead(413).end('too large'))
  const body = 'x'.repeat(8 * 2 ** 20)
  expect(await send('/users', { method: 'POST', body })).toMatchObject({
    status: 413,
    body: 'too large',
  })
  expect(await send('/products')).toMatchObject({ status: 200 })
})

test('connections to a service are kept and used again', async () => {
  const sockets = new Set<unknown>()
  users.answer((incoming, outgoing) => {
    sockets.add(incoming.socket)
    outgoing.end()
  })
  for (let i = 0; i < 5; i++) await send('/users')
  expect(sockets.size).toBe(1)
})

test('a service that is down is a 503 with Retry-After, one that breaks off a 502', async () => {
  const down = await send('/orders')
  expect(down).toMatchObject({ status: 503, headers: { 'retry-after': '2' } })
  expect(JSON.parse(down.body)).toMatchObject({
    code: 'unavailable',
    detail: expect.stringContaining('orders'),
  })
  users.answer(incoming => incoming.socket.destroy())
  const broken = await send('/users', { method: 'POST', body: 'x' })
  expect(broken).toMatchObject({
    status: 502,
    headers: { 'retry-after': '2', 'content-type': 'application/problem+json' },
  })
})

test('an answer that breaks off half-way breaks off for the client too', async () => {
  users.answer((incoming, outgoing) => {
    outgoing.writeHead(200, { 'Content-Length': '100' })
    outgoing.write('half', () => incoming.socket.destroy())
  })
  await expect(send('/users')).rejects.toThrow()
})

test('a client that leaves ends the request to the service', async () => {
  let left = false
  users.answer((_, outgoing) => outgoing.once('close', () => (left = true)))
  const outgoing = request({ host: '127.0.0.1', port, path: '/users', agent: false })
  outgoing.on('error', () => {})
  outgoing.end()
  await once(users.server, 'request')
  outgoing.destroy()
  expect(await holdsWithin(5_000, () => left)).toBe(true)
})

/** An event stream through the edge, and a way to say more. */
async function openStream(through = port) {
  let say = (_: string) => {}
  users.answer((_, outgoing) => {
    outgoing.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
    say = text => void outgoing.write(text)
  })
  const outgoing = request({ host: '127.0.0.1', port: through, path: '/users', agent: false }).end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { response, say: (text: string) => say(text) }
}

test('each event of a stream arrives before the next is sent', async () => {
  const { response, say } = await openStream()
  expect(response.headers['content-type']).toBe('text/event-stream')
  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    say(event)
    expect(String((await once(response, 'data'))[0])).toBe(event)
  }
  response.destroy()
})

test('the end of the edge ends a stream at once and in order', async () => {
  const own = await testEdge()
  own.users.answer((_, outgoing) => {
    outgoing.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
  })
  const outgoing = request({ host: '127.0.0.1', port: own.port, path: '/users', agent: false })
  const [response] = (await once(outgoing.end(), 'response')) as [IncomingMessage]
  const closed = own.close()
  response.resume()
  await once(response, 'end')
  expect(response.complete).toBe(true)
  await closed
})
