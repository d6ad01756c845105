import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { openOutput, pretty } from './log.ts'

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

test('a message shows what comes with it, and an error its stack', () => {
  const record = {
    time: access.time,
    service: 'users',
    msg: 'migration ran',
    migration: '0001',
    err: { stack: 'Error: x\n    at y' },
  }
  expect(readable(record)).toBe(
    '10:20:30.456 users    migration ran migration=0001 Error: x\n    at y',
  )
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

test('that a service is not ready yet is no line in the log', () => {
  const { lines, output } = capture(false)
  output.line('users', JSON.stringify({ ...access, path: '/ready', status: 503 }), 'stdout')
  expect(lines).toEqual([])
})
