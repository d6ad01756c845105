import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { schemaOf } from './openapi.ts'
import { PageQuery } from './page.ts'
import { fixture, startFixture } from '../testing/fixture.ts'
import { PUBLIC_URL, startTestService, type TestService } from '../testing/test-service.ts'

interface Operation {
  summary?: string
  tags: string[]
  security?: object[]
  parameters?: { name: string; in: string; required: boolean; schema: object }[]
  requestBody?: { required: boolean; content: Record<string, { schema: object }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}

let service: TestService
let document: {
  openapi: string
  info: object
  servers: object[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; securitySchemes: object }
}

beforeAll(async () => {
  service = await startTestService(fixture, startFixture, {
    tokens: { jwksUrl: 'http://127.0.0.1:1/jwks.json' },
    calls: {},
    settings: {},
    secrets: {},
  })
  document = (await service.call('/openapi.json')).body
})
afterAll(() => service?.stop())

const operation = (method: string, path: string): Operation => {
  const found = document.paths[path]?.[method]
  if (!found) throw new Error(`${method} ${path} is not documented`)
  return found
}
const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ method, path, described })),
  )
const statuses = (method: string, path: string) => Object.keys(operation(method, path).responses)

test('the document is OpenAPI 3.1 and says whose it is', () => {
  expect(document).toMatchObject({
    openapi: expect.stringMatching(/^3\.1\.\d$/),
    info: { title: 'fixture API', description: fixture.description, version: 'test' },
    servers: [{ url: PUBLIC_URL }],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  })
})

test('a list says which page it gives when it is not asked for one', () => {
  const { schema } = schemaOf(PageQuery, 'input')
  expect(schema).toMatchObject({
    properties: {
      skip: { type: 'integer', minimum: 0, maximum: 100_000, default: 0 },
      limit: { type: 'integer', minimum: 1, maximum: 100, default: 100 },
    },
  })
})

test('every route is there, and what only the platform asks is not', () => {
  expect(
    operations()
      .map(({ method, path }) => `${method} ${path}`)
      .sort(),
  ).toEqual([
    'delete /notes/{note_id}',
    'get /busy',
    'get /fails',
    'get /maybe',
    'get /me',
    'get /notes',
    'get /notes/{note_id}',
    'post /notes',
  ])
})

test('every operation has a summary, its service as tag, and every answer a description', () => {
  for (const { described } of operations()) {
    expect(described.summary).toMatch(/\w/)
    expect(described.tags).toEqual(['fixture'])
    for (const answer of Object.values(described.responses))
      expect(answer.description).toMatch(/\w/)
  }
})

test('a route names the statuses of all that stands in it', () => {
  const ALWAYS = ['500', '503']
  expect(statuses('get', '/notes')).toEqual(['200', '422', ...ALWAYS])
  expect(statuses('post', '/notes')).toEqual(['201', '400', '413', '415', '422', ...ALWAYS])
  expect(statuses('get', '/notes/{note_id}')).toEqual(['200', '404', '422', ...ALWAYS])
  expect(statuses('delete', '/notes/{note_id}')).toEqual(['204', '401', '403', '422', ...ALWAYS])
  expect(statuses('get', '/me')).toEqual(['401', ...ALWAYS])
})

test('every error is a problem document, and only errors are', () => {
  for (const { described } of operations())
    for (const [status, { content = {} }] of Object.entries(described.responses)) {
      if (status === '204') expect(content).toEqual({})
      else if (Number(status) < 400) expect(Object.keys(content)).toEqual(['application/json'])
      else
        expect(content).toEqual({
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        })
    }
})

test('a problem that the service sends is as the document says', async () => {
  const { body } = await service.call('/notes', { json: {} })
  const { properties, required } = document.components.schemas['Problem'] as {
    properties: object
    required: string[]
  }
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(body)))
  expect(Object.keys(body)).toEqual(expect.arrayContaining(required))
})

test('a problem has an example that reads like one', () => {
  const { examples } = document.components.schemas['Problem'] as { examples: object[] }
  expect(examples).toMatchObject([
    { status: 422, code: 'validation_failed', errors: [{ location: 'body' }] },
  ])
})

test('a route says whether a token is needed, welcome or without meaning', () => {
  expect(operation('get', '/me').security).toEqual([{ bearer: [] }])
  expect(operation('delete', '/notes/{note_id}').security).toEqual([{ bearer: [] }])
  expect(operation('get', '/maybe').security).toEqual([{}, { bearer: [] }])
  expect(operation('get', '/notes').security).toBeUndefined()
})

test('parameters are named with place, type and bounds', () => {
  expect(operation('get', '/notes').parameters).toEqual([
    {
      name: 'limit',
      in: 'query',
      required: false,
      schema: expect.objectContaining({ type: 'integer', minimum: 1, maximum: 100, default: 10 }),
    },
  ])
  expect(operation('get', '/notes/{note_id}').parameters).toMatchObject([
    { name: 'note_id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
  ])
})

test('a body is the schema that validates it, with its example; an answer has what comes out', () => {
  expect(operation('post', '/notes').requestBody).toEqual({
    required: true,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/NewNote' } } },
  })
  expect(document.components.schemas['NewNote']).toMatchObject({
    type: 'object',
    required: ['title'],
    properties: { title: { minLength: 1, maxLength: 20, examples: ['Milk'] } },
  })
  const note = document.components.schemas['Note'] as { properties: object; required: string[] }
  expect(note.required).toEqual(expect.arrayContaining(['id', 'title', 'tags']))
  expect(note.properties).not.toHaveProperty('password')
  expect(document.components.schemas['Note']).not.toHaveProperty('id')
})

test('every reference leads somewhere, and nothing of ours is left over', () => {
  const text = JSON.stringify(document)
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target = '']) => target)
  expect(references).not.toEqual([])
  for (const target of references) {
    const [root, ...path] = target.split('/')
    const found = path.reduce<unknown>(
      (node, key) => (node as Record<string, unknown> | undefined)?.[key],
      document,
    )
    expect(root).toBe('#')
    expect(found, target).toBeTypeOf('object')
  }
  expect(text).not.toMatch(/"x-(schemas|answers)"|\$defs|\$schema/)
})

test('a type inside a type becomes a component of its own', () => {
  const Inner = z.object({ a: z.string() }).meta({ id: 'Inner' })
  const Outer = z.object({ inner: Inner, list: z.array(Inner) }).meta({ id: 'Outer' })
  const { schema, schemas } = schemaOf(Outer, 'output')
  expect(schema).toEqual({ $ref: '#/components/schemas/Outer' })
  expect(schemas).toMatchObject({
    Inner: { type: 'object', properties: { a: { type: 'string' } } },
    Outer: {
      properties: {
        inner: { $ref: '#/components/schemas/Inner' },
        list: { items: { $ref: '#/components/schemas/Inner' } },
      },
    },
  })
})
