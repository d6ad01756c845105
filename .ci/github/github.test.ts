import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ask, type GitHub, gitHubOf } from './api.ts'
import { comment } from './comment.ts'
import { issue } from './issue.ts'

const MARKER = '<!-- shop-report -->'
const HEAD = { branch: 'fork:topic', sha: 'abc' }
const bot = { type: 'Bot' }

/** What a stand-in for GitHub answers to `GET`, by path without query. */
let lists: Record<string, object[]>
let written: string[]
let github: GitHub

const server = createServer((request, response) => {
  const [path = '', query = ''] = (request.url ?? '').replace('/repos/me/shop/', '').split('?')
  let text = ''
  request.on('data', chunk => (text += String(chunk)))
  request.on('end', () => {
    const list = lists[path]
    if (request.headers.authorization !== 'Bearer secret') response.writeHead(401).end('{}')
    else if (request.method !== 'GET') {
      written.push(`${request.method} ${path} ${text}`)
      response.end('{"number":9}')
    } else if (!list) response.writeHead(404).end('{"message":"Not Found"}')
    else {
      const page = Number(new URLSearchParams(query).get('page'))
      response.end(JSON.stringify(list.slice((page - 1) * 100, page * 100)))
    }
  })
})

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  github = { apiUrl: `http://127.0.0.1:${port}`, repository: 'me/shop', token: 'secret' }
})
afterAll(() => void server.close())

beforeEach(() => {
  written = []
  lists = { pulls: [{ number: 3, head: { sha: 'abc' } }], 'issues/3/comments': [] }
})

test('a pull request gets one comment, which is written anew in place from then on', async () => {
  expect(await comment(github, HEAD, MARKER, `${MARKER} one`)).toBe(3)
  const others = Array.from({ length: 120 }, (_, id) => ({ id, body: 'hello', user: bot }))
  lists['issues/3/comments'] = [...others, { id: 500, body: `${MARKER} one`, user: bot }]
  await comment(github, HEAD, MARKER, `${MARKER} two`)
  expect(written).toEqual([
    `POST issues/3/comments {"body":"${MARKER} one"}`,
    `PATCH issues/comments/500 {"body":"${MARKER} two"}`,
  ])
})

test("somebody's comment with the marker in it is left alone", async () => {
  lists['issues/3/comments'] = [{ id: 1, body: MARKER, user: { type: 'User' } }]
  await comment(github, HEAD, MARKER, 'x')
  expect(written).toEqual(['POST issues/3/comments {"body":"x"}'])
})

test('a pull request whose branch has moved on gets none: its next run will tell', async () => {
  expect(await comment(github, { ...HEAD, sha: 'old' }, MARKER, 'x')).toBeUndefined()
  expect(written).toEqual([])
})

test('drift has one issue: opened, written anew, and closed when there is none', async () => {
  lists['issues'] = []
  expect(await issue(github, 'Drift in dev', 'a')).toBe('opened #9')
  lists['issues'] = [
    { number: 4, title: 'Drift in dev', user: { type: 'User' } },
    { number: 5, title: 'Drift in dev', user: bot },
  ]
  expect(await issue(github, 'Drift in dev', 'b')).toBe('wrote #5 anew')
  expect(await issue(github, 'Drift in dev', '\n')).toBe('closed #5')
  expect(await issue(github, 'Drift in prod', '')).toBe('nothing to say')
  expect(written.map(line => line.split(' {')[0])).toEqual([
    'POST issues',
    'PATCH issues/5',
    'PATCH issues/5',
  ])
})

test('what GitHub refuses is an error with its answer, and without the token', async () => {
  await expect(ask(github, 'GET', 'nowhere')).rejects.toThrow(
    'GET nowhere: GitHub answered 404: {"message":"Not Found"}',
  )
  expect(() => gitHubOf({ GITHUB_TOKEN: 'secret' })).toThrow(
    'the environment lacks GITHUB_API_URL, GITHUB_REPOSITORY;',
  )
})
