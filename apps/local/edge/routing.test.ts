import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createRouter } from './routing.ts'
import { manifestOf, testEdge, type TestEdge, type Upstream } from '../testing/test-edge.ts'

let edge: TestEdge
let users: Upstream
let products: Upstream
let send: TestEdge['send']

beforeAll(async () => {
  edge = await testEdge()
  ;({ users, products, send } = edge)
})
beforeEach(() => edge.echo())
afterAll(() => edge.close())

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

test('two services that claim the same pattern are refused by name', () => {
  const targets = ['one', 'two'].map(name => ({
    manifest: manifestOf(name, ['/same']),
    url: 'http://127.0.0.1:1',
  }))
  expect(() => createRouter(targets)).toThrow('route /same is claimed by one and two')
})
