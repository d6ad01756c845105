import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture, startFixture } from '../testing/fixture.ts'
import { type Answer, startTestService, type TestService } from '../testing/test-service.ts'

const LIMIT = 100 * 1024
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

const post = (body: string, contentType?: string) =>
  service.call('/notes', {
    method: 'POST',
    body: Buffer.from(body), // of no type, so that fetch adds none
    ...(contentType !== undefined && { headers: { 'content-type': contentType } }),
  })
const json = (body: string): Promise<Answer> => post(body, 'application/json')

/** A note whose JSON has exactly this many bytes: a field that no schema names fills it up. */
const noteOf = (bytes: number): string => {
  const frame = JSON.stringify({ title: 'Milk', filler: '' })
  return JSON.stringify({ title: 'Milk', filler: 'x'.repeat(bytes - frame.length) })
}

async function postChunked(body: string, agent?: Agent, path = '/notes') {
  const sent = request(`${service.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    agent,
  })
  sent.on('error', () => {}) // the server may stop reading before everything was sent
  for (let at = 0; at < body.length; at += 16_384) sent.write(body.slice(at, at + 16_384))
  sent.end()
  const [response] = await once(sent, 'response')
  const { localPort } = response.socket
  return { status: response.statusCode, body: JSON.parse(await text(response)), localPort }
}

test('a body of 100 KiB is taken, one byte more is a 413', async () => {
  expect(await json(noteOf(LIMIT))).toMatchObject({ status: 201 })
  expect(await json(noteOf(LIMIT + 1))).toMatchObject({
    status: 413,
    body: { code: 'body_too_large', detail: 'The body is larger than 102400 bytes' },
  })
})

test('the limit holds for a body of unknown length too', async () => {
  expect(await postChunked(noteOf(LIMIT))).toMatchObject({ status: 201 })
  expect(await postChunked(noteOf(LIMIT + 1))).toMatchObject({ status: 413 })
})

test('a body of 1 MB is a 413, and the next request is served', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    expect(await postChunked(noteOf(1_000_000), agent)).toMatchObject({ status: 413 })
    expect(await postChunked(noteOf(100), agent)).toMatchObject({ status: 201 })
  } finally {
    agent.destroy()
  }
  expect(await json(noteOf(1_000_000))).toMatchObject({ status: 413 })
})

test('a connection whose request was refused before its body was read serves the next one', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    const first = await postChunked(noteOf(LIMIT), agent, '/me')
    const second = await postChunked(noteOf(100), agent)
    expect([first.status, second.status]).toEqual([405, 201])
    expect(second.localPort).toBe(first.localPort)
  } finally {
    agent.destroy()
  }
})

test.for(['', '{', '{"title":}', 'title=Milk', '{"title":"Milk"}}', '\u0000'])(
  'the malformed JSON %j is a 400',
  async text => {
    expect(await json(text)).toMatchObject({
      status: 400,
      body: { code: 'malformed_body', detail: 'The body is not valid JSON' },
    })
  },
)

test.for(['null', '[]', '"Milk"', '1', 'true'])('the JSON %s is no object: 422', async text => {
  expect(await json(text)).toMatchObject({
    status: 422,
    body: { errors: [{ location: 'body', field: '' }] },
  })
})

test('JSON of depth 10,000 is read or refused, never a fault of ours', async () => {
  const nested = '['.repeat(10_000) + ']'.repeat(10_000)
  expect(await json(nested)).toMatchObject({ status: 422 })
  expect(await json(`{"title":"Milk","unknown":${nested}}`)).toMatchObject({ status: 201 })
  expect(await json(`{"title":"Milk","tags":${nested}}`)).toMatchObject({ status: 422 })
})

test.for([
  [undefined, 'no Content-Type'],
  ['text/plain', '"text/plain"'],
  ['application/x-www-form-urlencoded', '"application/x-www-form-urlencoded"'],
  ['application/jsonx', '"application/jsonx"'],
  ['text/application/json', '"text/application/json"'],
] as const)('the content type %s is a 415', async ([contentType, given]) => {
  expect(await post('{"title":"Milk"}', contentType)).toMatchObject({
    status: 415,
    body: { code: 'unsupported_media_type', detail: `Send application/json, not ${given}` },
  })
})

test.for([
  'application/json',
  'application/json; charset=utf-8',
  'Application/JSON ;charset=UTF-8',
  'application/json;',
  'application/merge-patch+json',
  'application/vnd.shop.v2+json',
])('the content type %s is JSON', async contentType => {
  expect(await post('{"title":"Milk"}', contentType)).toMatchObject({ status: 201 })
})
