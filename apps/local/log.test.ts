import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { logTo } from '../shared/process/log.ts'
import { openOutput, OWN_REQUESTS, pretty } from './log.ts'

function capture(isTTY: boolean) {
  const lines: string[] = []
  const stream = new Writable({
    write: (chunk, _, done) => {
      lines.push(String(chunk).trimEnd())
      done()
    },
  })
  return { lines, output: openOutput(Object.assign(stream, { isTTY }) as never) }
}

const access = {
  level: 'info',
  time: '2026-11-22T10:20:30.456Z',
  service: 'users',
  method: 'GET',
  path: '/users/me',
  status: 200,
  ms: 1.234,
  request_id: 'abc',
  msg: 'request',
}
const readable = (record: object) => stripVTControlCharacters(pretty({ ...record }))

test('a request is one readable line', () => {
  expect(readable(access)).toBe('10:20:30.456 users    200 GET /users/me 1.2 ms')
})

/** What the terminal shows of a line as a service writes it. */
function shown(fields: object, msg: string): string {
  const lines: string[] = []
  logTo({ write: line => void lines.push(line) }, 'users', 'info').error(fields, msg)
  return readable(JSON.parse(lines[0] ?? '') as object).slice('10:20:30.456 users    '.length)
}

test('a message shows what comes with it', () => {
  expect(shown({ migration: '0001' }, 'migration ran')).toBe('migration ran migration=0001')
})

test('an error is one line: what happened, why, and the first place of ours', () => {
  const refused = Object.assign(new Error(''), { code: 'ECONNREFUSED' })
  const err = new TypeError('no answer', { cause: refused })
  err.stack = `TypeError: no answer
    at pool (/shop/node_modules/pg-pool/index.js:45:11)
    at async rows (file:///shop/apps/shared/database.ts:57:13)
    at async listProducts (file:///shop/apps/products/list-products.ts:20:16)`
  expect(shown({ err }, 'database is unavailable')).toBe(
    'database is unavailable: TypeError: no answer: ECONNREFUSED (apps/shared/database.ts:57:13)',
  )
  const plain = new Error('queue is full')
  plain.stack = 'Error: queue is full\n    at node:internal/timers:1:1'
  expect(shown({ err: plain }, 'queue is full')).toBe('queue is full')
})

test('what a client sends can not steer the terminal', () => {
  const line = readable({ ...access, path: '/users/\u001b[2J\u0007\u009b1m\r' })
  expect(line).toContain('200 GET /users/')
  expect(line).not.toMatch(/[^\P{Cc}\n\t]/u)
})

test('without a terminal JSON passes as it is, and plain text becomes JSON', () => {
  const { lines, output } = capture(false)
  output.line('users', JSON.stringify(access), 'stdout')
  output.line('users', 'Warning: x', 'stderr')
  output.info('ready', { url: 'http://localhost' })
  expect(lines[0]).toBe(JSON.stringify(access))
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({
    level: 'error',
    service: 'users',
    msg: 'Warning: x',
  })
  expect(JSON.parse(lines[2] ?? '')).toMatchObject({
    level: 'info',
    service: 'local',
    url: 'http://localhost',
    msg: 'ready',
  })
})

test('on a terminal the same is text', () => {
  const { lines, output } = capture(true)
  output.line('users', '{ not JSON', 'stdout')
  output.warn('careful', { hidden: 'x' })
  expect(lines.map(line => stripVTControlCharacters(line).slice(13))).toEqual([
    'users    { not JSON',
    'local    careful',
  ])
})

test('on a terminal the requests that fill in the demo are no lines, unless they fail', () => {
  const request = { ...access, request_id: `${OWN_REQUESTS}1`, method: 'POST', path: '/products' }
  const onTerminal = capture(true)
  onTerminal.output.line('products', JSON.stringify({ ...request, status: 201 }), 'stdout')
  expect(onTerminal.lines).toEqual([])
  onTerminal.output.line('products', JSON.stringify({ ...request, status: 503 }), 'stdout')
  expect(onTerminal.lines).toHaveLength(1)
  const inFile = capture(false)
  inFile.output.line('products', JSON.stringify({ ...request, status: 201 }), 'stdout')
  expect(inFile.lines).toHaveLength(1)
})

test('that a service is not ready yet is no line in the log', () => {
  const { lines, output } = capture(false)
  output.line('users', JSON.stringify({ ...access, path: '/ready', status: 503 }), 'stdout')
  expect(lines).toEqual([])
})
