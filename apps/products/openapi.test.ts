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
  expect(await documentedRoutes(shop.products)).toEqual({
    'DELETE /categories/{category_id}': '200 401 403 404 409 422 500 503',
    'DELETE /products/{product_id}': '200 401 403 404 412 422 500 503',
    'GET /categories': '200 422 500 503',
    'GET /categories/{category_id}': '200 404 422 500 503',
    'GET /products': '200 304 401 422 500 503',
    'GET /products/{product_id}': '200 304 401 404 422 500 503',
    'POST /categories': '201 400 401 403 409 413 415 422 500 503',
    'POST /internal/products/lookup': '200 400 401 413 415 422 500 503',
    'POST /products': '201 400 401 403 413 415 422 500 503',
    'PUT /categories/{category_id}': '200 400 401 403 404 409 413 415 422 500 503',
    'PUT /products/{product_id}': '200 400 401 403 404 409 412 413 415 422 500 503',
  })
})

test('the document tells security, versions and examples', async () => {
  const { body } = await shop.products.call('/openapi.json')
  const { get, put } = body.paths['/products/{product_id}']
  expect(get.security).toEqual([{}, { bearer: [] }])
  expect(put.security).toEqual([{ bearer: [] }])
  expect(put.parameters.map(({ name }: { name: string }) => name).sort()).toEqual([
    'If-Match',
    'product_id',
  ])
  expect(put.responses['200'].headers).toHaveProperty('ETag')
  expect(body.paths['/products'].get.responses['200'].headers).toHaveProperty('Link')
  const { ProductCreate, ProductUpdate } = body.components.schemas
  expect(ProductCreate.required).toEqual(['name', 'price', 'category_id'])
  expect(ProductUpdate.required).toBeUndefined()
  expect(ProductCreate.examples).toHaveLength(1)
})

test('an answer without a body promises none', async () => {
  const { body } = await shop.products.call('/openapi.json')
  for (const path of ['/products', '/products/{product_id}'])
    expect(body.paths[path].get.responses[304]).not.toHaveProperty('content')
})

test('a number is described by bounds that every number in them keeps, and by no pattern for text', async () => {
  const { body } = await shop.products.call('/openapi.json')
  const parameters: { name: string; schema: object }[] = body.paths['/products'].get.parameters
  const numbers = ['skip', 'limit', 'min_price', 'max_price']
  for (const name of numbers) {
    const schema = parameters.find(parameter => parameter.name === name)?.schema
    expect(schema).toMatchObject({
      type: expect.stringMatching(/^(integer|number)$/),
      minimum: expect.any(Number),
      maximum: expect.any(Number),
    })
    expect(schema).not.toHaveProperty('pattern')
  }
  // 19.99 / 0.01 is no whole number in binary: validators refuse the best of prices by `multipleOf`.
  expect(body.components.schemas.ProductCreate.properties.price).not.toHaveProperty('multipleOf')
})
