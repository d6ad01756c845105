import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentedRoutes } from '../shared/testing/documented-answers.ts'
import { openShop, type Shop } from './testing.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

// That no answer has another status is checked by every call of every test: see documentedAnswers.
test('the document names every route with its answers', async () => {
  expect(await documentedRoutes(shop.orders)).toEqual({
    'GET /internal/orders/{order_id}': '200 401 404 422 500 503',
    'GET /orders': '200 401 403 422 500 503',
    'GET /orders/{order_id}': '200 401 404 422 500 503',
    'POST /orders': '201 400 401 403 409 413 415 422 500 503',
    'POST /orders/{order_id}/cancel': '200 401 404 409 422 500 503',
    'PUT /orders/{order_id}/status': '200 400 401 403 404 409 422 500 503',
  })
})

test('the document tells the key, the ways to give a status, and examples', async () => {
  const { body } = await shop.orders.call('/openapi.json')
  const { post } = body.paths['/orders']
  expect(post.parameters).toMatchObject([{ name: 'Idempotency-Key', in: 'header', required: true }])
  expect(post.security).toEqual([{ bearer: [] }])
  expect(body.paths['/orders'].get.responses['200'].headers).toHaveProperty('Link')
  const { put } = body.paths['/orders/{order_id}/status']
  expect(put.parameters.map(({ name }: { name: string }) => name)).toContain('status')
  expect(put.requestBody).toMatchObject({ required: false })
  expect(body.components.schemas.OrderCreate.examples).toHaveLength(1)
  expect(body.components.schemas.OrderResponse.examples).toHaveLength(1)
})
