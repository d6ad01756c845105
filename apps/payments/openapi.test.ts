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
  expect(await documentedRoutes(shop.payments)).toEqual({
    'DELETE /payment-methods/{payment_method_id}': '204 401 404 422 500 503',
    'GET /payment-methods': '200 401 422 500 503',
    'GET /payment-methods/{payment_method_id}': '200 401 404 422 500 503',
    'GET /payments': '200 401 422 500 503',
    'GET /payments/{payment_id}': '200 401 404 422 500 503',
    'POST /payment-methods': '201 400 401 403 413 415 422 429 500 503',
    'POST /payments': '201 400 401 404 409 413 415 422 500 503',
    'POST /payments/webhooks/stripe': '200 400 404 500 503',
    'POST /payments/{payment_id}/refund': '201 400 401 403 404 409 413 415 422 500 503',
    'POST /payments/{payment_id}/sandbox-action': '200 400 401 404 413 415 422 500 503',
  })
})

test('the document tells keys, security and what may be left out', async () => {
  const { body } = await shop.payments.call('/openapi.json')
  const { post } = body.paths['/payments']
  expect(post.security).toEqual([{ bearer: [] }])
  expect(post.parameters).toMatchObject([{ name: 'Idempotency-Key', in: 'header', required: true }])
  expect(body.paths['/payments/webhooks/stripe'].post.security).toBeUndefined()
  const { PaymentCreate, PaymentMethodCreate, RefundCreate } = body.components.schemas
  expect(PaymentCreate.required).toEqual(['order_id', 'amount', 'currency', 'payment_method_id'])
  expect(PaymentMethodCreate.required).toBeUndefined()
  expect(PaymentMethodCreate.properties.card_number).toMatchObject({ writeOnly: true })
  expect(RefundCreate.required).toBeUndefined()
})
