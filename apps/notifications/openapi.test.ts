import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentedRoutes } from '../shared/testing/documented-answers.ts'
import { openRoutesOf } from '../shared/testing/open-routes.ts'
import manifest from './manifest.ts'
import { type Desk, openDesk } from './testing.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

// That no answer has another status is checked by every call of every test: see documentedAnswers.
test('the document names every route with its answers', async () => {
  expect(await documentedRoutes(desk.notifications)).toEqual({
    'DELETE /notifications/devices/{device_id}': '204 401 404 422 500 503',
    'GET /notifications': '200 401 422 500 503',
    'GET /notifications/devices': '200 401 500 503',
    'GET /notifications/preferences': '200 401 500 503',
    'GET /notifications/stream': '200 401 422 429 500 503',
    'POST /notifications/devices': '201 400 401 409 413 415 422 500 503',
    'PUT /notifications/preferences': '200 400 401 413 415 422 500 503',
    'PUT /notifications/{notification_id}/read': '200 401 404 422 500 503',
  })
})

test('the stream is documented as one', async () => {
  const { body } = await desk.notifications.call('/openapi.json')
  const { get } = body.paths['/notifications/stream']
  expect(Object.keys(get.responses['200'].content)).toEqual(['text/event-stream'])
  expect(get.parameters.map(({ name }: { name: string }) => name)).toEqual(['Last-Event-ID'])
})

test('nothing answers without a token', async () => {
  expect(await openRoutesOf(desk.notifications, manifest)).toEqual({
    ...{ answered: [], declared: [], idle: [] },
  })
})
