import { expect, test } from 'vitest'
import type { Json } from '../../platform/preview/stack-preview.ts'
import { apiChanges } from './api-changes.ts'

const text = { type: 'string' }
const order = {
  type: 'object',
  properties: {
    id: text,
    note: { $ref: '#/components/schemas/Note' },
    state: { enum: ['a', 'b'] },
  },
  required: ['id', 'note'],
  additionalProperties: false,
}
const content = { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } }

const document = () => ({
  orders: {
    openapi: '3.1.0',
    paths: {
      '/orders/{id}': {
        get: {
          summary: 'An order',
          security: [{}, { bearer: [] }] as Json[],
          parameters: [
            { name: 'id', in: 'path', required: true, schema: text },
            {
              name: 'limit',
              in: 'query',
              required: false,
              schema: { type: 'integer', maximum: 100 },
            },
          ] as Record<string, Json>[],
          responses: { 200: { content }, 404: {} },
        },
        post: { requestBody: { required: true, content }, responses: { 201: {} } },
      } as Record<string, Record<string, Json>>,
    },
    components: {
      schemas: {
        Order: structuredClone(order),
        Note: { type: ['string', 'null'], maxLength: 50 } as Record<string, Json>,
      },
    },
  },
})

type Orders = ReturnType<typeof document>['orders']

const GET = 'GET /orders/{id}'
const POST = 'POST /orders/{id}'

/** What a change is said to be, and whether it breaks clients. */
const TABLE: readonly (readonly [string, (orders: Orders) => void, readonly string[]])[] = [
  ['nothing', () => {}, []],
  ['words alone', it => void (it.paths['/orders/{id}']['get']!['summary'] = 'One'), []],
  [
    'an operation that went',
    it => void delete it.paths['/orders/{id}']['post'],
    [`! ${POST} removed`],
  ],
  [
    'a field of an answer that went',
    it => {
      Reflect.deleteProperty(it.components.schemas.Order.properties, 'id')
      it.components.schemas.Order.required.shift()
    },
    [`! ${GET} answer 200: 'id' removed`, `! ${POST} body: 'id' removed`],
  ],
  [
    'a field of an answer that may be left out',
    it => void it.components.schemas.Order.required.pop(),
    [
      `! ${GET} answer 200: 'note' is not in every one any more`,
      `${POST} body: 'note' is not in every one any more`,
    ],
  ],
  [
    'a field that must be sent from now on',
    it => {
      Object.assign(it.components.schemas.Order.properties, { extra: text })
      it.components.schemas.Order.required.push('extra')
    },
    [`! ${POST} body: 'extra' added`, `! ${POST} body: 'extra' is now required`],
  ],
  [
    'a limit of what is sent, behind a reference',
    it => void (it.components.schemas.Note['maxLength'] = 20),
    [`! ${POST} body: 'note' maxLength: 50 -> 20`],
  ],
  [
    'a limit of a parameter',
    it =>
      void ((it.paths['/orders/{id}']['get']!['parameters'] as { schema: object }[])[1]!.schema = {
        type: 'integer',
        maximum: 10,
      }),
    [`! ${GET} query parameter 'limit' maximum: 100 -> 10`],
  ],
  [
    'a value that is taken no more',
    it => void it.components.schemas.Order.properties.state.enum.pop(),
    [`! ${POST} body: 'state' enum: "b" -> nothing`],
  ],
  [
    'a token that is needed from now on',
    it => void (it.paths['/orders/{id}']['get']!['security'] = [{ bearer: [] }]),
    [`! ${GET} security removed`],
  ],
  [
    'an error that ended',
    it =>
      void delete (it.paths['/orders/{id}']['get']!['responses'] as Record<string, Json>)['404'],
    [`${GET} answer 404 removed`],
  ],
]

test.for(TABLE)('%s is told', ([, change, said]) => {
  const after = document()
  change(after.orders)
  const lines = apiChanges(document(), after).map(
    one => `${one.breaking ? '! ' : ''}${one.operation} ${one.said}`,
  )
  for (const line of said) expect(lines, lines.join('\n')).toContain(line)
  const breaking = (all: readonly string[]) => all.filter(line => line.startsWith('! '))
  expect(breaking(lines)).toEqual(breaking(said))
})

test('a field that may be sent no longer breaks nobody where others are taken too', () => {
  const before = document()
  const after = document()
  for (const { orders } of [before, after])
    Reflect.deleteProperty(orders.components.schemas.Order, 'additionalProperties')
  Reflect.deleteProperty(after.orders.components.schemas.Order.properties, 'state')
  const body = apiChanges(before, after).filter(({ operation }) => operation === POST)
  expect(body).toEqual([{ operation: POST, breaking: false, said: "body: 'state' removed" }])
})

test('an operation that another service answers from now on is no change', () => {
  const { orders } = document()
  expect(apiChanges({ orders }, { shop: orders })).toEqual([])
})
