import { expect, test } from 'vitest'
import { documentedRoutes } from '../shared/testing/documented-answers.ts'
import { openRoutesOf } from '../shared/testing/open-routes.ts'
import manifest from './manifest.ts'
import { openWarehouse } from './testing.ts'

// That no answer has another status is checked by every call of every test: see documentedAnswers.
test('the document names every route with its answers, and none is open', async () => {
  const shop = await openWarehouse()
  expect(await documentedRoutes(shop.inventory)).toEqual({
    'GET /inventory/{product_id}': '200 401 404 422 500 503',
    'GET /inventory/{product_id}/adjustments': '200 401 403 422 500 503',
    'POST /internal/reservations/{order_id}/consume': '200 401 404 409 422 500 503',
    'POST /internal/reservations/{order_id}/release': '200 401 422 500 503',
    'POST /inventory/{product_id}/adjustments': '201 400 401 403 404 409 413 415 422 500 503',
    'PUT /internal/reservations/{order_id}': '200 400 401 409 413 415 422 500 503',
  })
  const { answered, declared, idle } = await openRoutesOf(shop.inventory, manifest)
  expect([answered, declared, idle]).toEqual([[], [], []])
  await shop.close()
})
