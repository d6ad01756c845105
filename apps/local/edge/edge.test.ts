import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type RequestListener,
  type Server,
} from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { defineService } from '../../shared/manifest.ts'
import { type Edge, openEdge } from './edge.ts'
import { holdsWithin } from '../processes/poll.ts'
import { freePort } from '../processes/free-ports.ts'
import { StartError } from '../start-error.ts'
import { recordingLog } from '../testing/recording-log.ts'

/** A service under the edge: the test says how it answers. */
async function upstream(): Promise<{
  server: Server
  url: string
  answer: (to: RequestListener) => void
}> {
  let listener: RequestListener = (_, outgoing) => outgoing.end()
  const server = createServer((incoming, outgoing) => listener(incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { server, url: `http://127.0.0.1:${port}`, answer: to => void (listener = to) }
}

const manifestOf = (name: string, routes: string[]) =>
  defineService({ name, description: `The ${name}`, routes })

type Upstream = Awaited<ReturnType<typeof upstream>>
let users: Upstream
let products: Upstream
let port: number
let edge: Edge
const log = recordingLog()

beforeAll(async () => {
  users = await upstream()
  products = await upstream()
  const down = await freePort()
  port = await freePort()
  edge = await openEdge({
    port,
    publicUrl: `http://localhost:${port}`,
    targets: [
      { manifest: manifestOf('users', ['/users', '/users/*', '/auth/*']), url: users.url },
      { manifest: manifestOf('products', ['/products', '/products/*']), url: products.url },
      { manifest: manifestOf('reviews', ['/products/reviews/*']), url: users.url },
      { manifest: manifestOf('orders', ['/orders']), url: `http://127.0.0.1:${down}` },
    ],
    log,
  })
})
beforeEach(() => {
  for (const [name, each] of Object.entries({ users, products }))
    each.answer((incoming, outgoing) => outgoing.end(`${name} ${incoming.url}`))
})
afterAll(async () => {
  await edge.close()
  users.server.close()
  products.server.close()
})

interface Answer {
  status: number | undefined
  headers: IncomingMessage['headers']
  body: string
}

/** As a client that does not tidy up paths, unlike fetch. */
async function send(
  path: string,
  options: { method?: string; headers?: OutgoingHttpHeaders; body?: string } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options
  const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false })
  outgoing.end(body)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  outgoing.on('error', () => {}) // the answer may close the connection before all of the body is sent
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

describe('routes', () => {
  test.each([
    ['/users', 'users /users'],
    ['/users/me', 'users /users/me'],
    ['/users?search=a%2Fb', 'users /users?search=a%2Fb'],
    ['/auth/login', 'users /auth/login'],
    ['/products', 'products /products'],
    ['/products/caf%C3%A9?x=1&x=2', 'products /products/caf%C3%A9?x=1&x=2'],
    ['/products/reviews/1', 'users /products/reviews/1'],
  ])('%s reaches its service as it is', async (path, body) => {
    expect(await send(path)).toMatchObject({ status: 200, body })
  })

  test.each([
    '/',
    '/usersx',
    '/auth',
    '/internal',
    '/internal/tokens',
    '/users/../internal',
    '/users/%2e%2e/internal',
    '/users/%2E%2e/internal',
    '/users/..%2finternal',
    '/users/%2finternal',
    '/users/%5c..%5cinternal',
    '/users/..\\internal',
    '/users/%252e%252e/internal',
    '/users/.',
    '//internal',
    '//users',
    '/users//internal',
    '/users/%zz',
    '/users/%00',
    'http://127.0.0.1/users',
  ])('%s is a 404 problem and reaches no service', async path => {
    let reached = false
    for (const each of [users, products])
      each.answer((_, outgoing) => {
        reached = true
        outgoing.end()
      })
    const { status, headers, body } = await send(path)
    expect(status).toBe(404)
    expect(headers['content-type']).toBe('application/problem+json')
    expect(JSON.parse(body)).toMatchObject({ status: 404, title: 'Not Found' })
    expect(reached).toBe(false)
  })

  test('two services that claim the same pattern are refused by name', async () => {
    const targets = ['one', 'two'].map(name => ({
      manifest: manifestOf(name, ['/same']),
      url: users.url,
    }))
    const options = { port: await freePort(), publicUrl: 'http://localhost', targets, log }
    await expect(openEdge(options)).rejects.toThrow('route /same is claimed by one and two')
  })

  test('a taken port is refused with the remedy', async () => {
    const options = { port, publicUrl: 'http://localhost', targets: [], log }
    const error = await openEdge(options).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StartError)
    expect(error).toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining(`--port ${port + 1}`),
    })
  })
})

describe('forwarding', () => {
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
})

describe('own pages', () => {
  test('/ready is 503 and names who is not ready, then 200', async () => {
    const all = await send('/ready')
    expect(all.status).toBe(503)
    expect(JSON.parse(all.body)).toMatchObject({
      detail: expect.stringContaining('orders: is not running'),
      waiting: [{ name: 'orders', reason: 'is not running' }],
    })
    const own = await freePort()
    const targets = [{ manifest: manifestOf('users', ['/users']), url: users.url }]
    const small = await openEdge({ port: own, publicUrl: `http://localhost:${own}`, targets, log })
    users.answer((incoming, outgoing) =>
      outgoing.writeHead(incoming.url === '/ready' ? 503 : 200).end('{}'),
    )
    expect(await small.notReady()).toEqual([{ name: 'users', reason: 'answers 503' }])
    users.answer((_, outgoing) => outgoing.end('{}'))
    expect((await fetch(`http://127.0.0.1:${own}/ready`)).status).toBe(200)
    await small.close()
    expect((await send('/health')).status).toBe(200)
  })

  test('the documentation page and its assets come from here and may load nothing else', async () => {
    const page = await send('/docs')
    expect(page.headers['content-type']).toContain('text/html')
    expect(page.headers['content-security-policy']).toContain(
      "default-src 'none'; script-src 'self'",
    )
    const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '')
    expect(assets.length).toBe(4)
    for (const asset of assets) {
      expect(asset).toMatch(/^\/docs\//)
      expect((await send(asset)).status).toBe(200)
    }
  })

  test('they answer to no other method', async () => {
    expect((await send('/ready', { method: 'POST' })).status).toBe(404)
  })
})

test('closing lets requests under way end and takes no new ones', async () => {
  const own = await freePort()
  const targets = [{ manifest: manifestOf('users', ['/users']), url: users.url }]
  const closing = await openEdge({ port: own, publicUrl: `http://localhost:${own}`, targets, log })
  let finish = () => {}
  users.answer((_, outgoing) => (finish = () => outgoing.end('done')))
  const underWay = fetch(`http://127.0.0.1:${own}/users`).then(response => response.text())
  await once(users.server, 'request')
  const closed = closing.close()
  const refused = connect(own, '127.0.0.1')
  await expect(once(refused, 'connect')).rejects.toThrow('ECONNREFUSED')
  finish()
  expect(await underWay).toBe('done')
  await closed
})
