import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEdge } from './edge.ts'
import { freePort } from '../../shared/process/free-ports.ts'
import { recordingLog } from '../testing/recording-log.ts'
import { manifestOf, testEdge, type TestEdge, type Upstream } from '../testing/test-edge.ts'

let edge: TestEdge
let users: Upstream
let send: TestEdge['send']

beforeAll(async () => {
  edge = await testEdge()
  ;({ users, send } = edge)
})
afterAll(() => edge.close())

test('/ready is 503 and names who is not ready, then 200', async () => {
  const all = await send('/ready')
  expect(all.status).toBe(503)
  expect(JSON.parse(all.body)).toMatchObject({
    detail: expect.stringContaining('orders: is not running'),
    waiting: [{ name: 'orders', reason: 'is not running' }],
  })
  const own = await freePort()
  const targets = [{ manifest: manifestOf('users', ['/users']), url: users.url }]
  const small = await openEdge({
    port: own,
    publicUrl: `http://localhost:${own}`,
    targets,
    mailDir: '/nowhere',
    log: recordingLog(),
  })
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
  expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
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
