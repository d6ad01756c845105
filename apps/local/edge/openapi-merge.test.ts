import { expect, test } from 'vitest'
import { defineService } from '../../shared/manifest.ts'
import { mergeOpenApi, type OpenApi, type ServiceDocument } from './openapi-merge.ts'
import { createRouter } from './routing.ts'

const ok = (schema: string) => ({
  responses: {
    200: {
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
    },
  },
})

function documentOf(name: string, document: Partial<OpenApi>): ServiceDocument {
  const routes = [`/${name}`, `/${name}/*`]
  const manifest = defineService({ name, description: `The ${name}`, routes })
  return {
    target: { manifest, url: 'http://127.0.0.1:1' },
    document: { openapi: '3.1.0', info: { title: name, version: '7' }, ...document },
  }
}

const merge = (...documents: ServiceDocument[]) =>
  mergeOpenApi(
    documents,
    'http://localhost:8080',
    createRouter(documents.map(({ target }) => target)),
  )

test('paths of all services stand in one document with the public URL', () => {
  const merged = merge(
    documentOf('users', {
      paths: { '/users/{id}': { get: ok('User') } },
      components: { schemas: { User: {} } },
    }),
    documentOf('products', {
      paths: { '/products': { get: ok('Product') } },
      components: { schemas: { Product: {} } },
    }),
  )
  expect(merged).toMatchObject({
    openapi: '3.1.0',
    info: { version: '7' },
    servers: [{ url: 'http://localhost:8080' }],
    tags: [{ name: 'users' }, { name: 'products' }],
  })
  expect(Object.keys(merged.paths ?? {})).toEqual(['/users/{id}', '/products'])
  expect(Object.keys(merged.components?.['schemas'] ?? {})).toEqual(['User', 'Product'])
})

test('what the edge does not route to a service is not in the document', () => {
  const merged = merge(
    documentOf('users', {
      paths: { '/users': {}, '/internal/users': {}, '/health': {}, '/products': {} },
    }),
    documentOf('products', { paths: { '/products/{id}': {} } }),
  )
  expect(Object.keys(merged.paths ?? {})).toEqual(['/users', '/products/{id}'])
})

test('components with the same name and content become one', () => {
  const components = { schemas: { Problem: { type: 'object', title: 'Problem' } } }
  const merged = merge(
    documentOf('users', { paths: { '/users': { get: ok('Problem') } }, components }),
    documentOf('products', { paths: { '/products': { get: ok('Problem') } }, components }),
  )
  expect(merged.components).toEqual(components)
})

test('components that only what is not routed refers to are left out, and give no other a longer name', () => {
  const schemas = { Shown: { properties: { a: { $ref: '#/components/schemas/Part' } } }, Part: {} }
  const merged = merge(
    documentOf('users', {
      paths: {
        '/users': { get: { ...ok('Shown'), security: [{ bearer: [] }] } },
        '/internal/users': { get: { ...ok('Hidden'), security: [{ service: [] }] } },
      },
      components: {
        schemas: { ...schemas, Hidden: { title: 'users' } },
        securitySchemes: { bearer: {}, service: {} },
      },
    }),
    documentOf('products', {
      paths: { '/products': { get: ok('Hidden') } },
      components: { schemas: { Hidden: { title: 'products' } } },
    }),
  )
  expect(merged.components).toEqual({
    schemas: { ...schemas, Hidden: { title: 'products' } },
    securitySchemes: { bearer: {} },
  })
})

test('components with the same name and other content each get their service in front, and so do their references', () => {
  const merged = merge(
    documentOf('users', {
      paths: { '/users': { get: ok('Page'), post: ok('Problem') } },
      components: { schemas: { Page: { title: 'users' }, Problem: {} } },
    }),
    documentOf('card-vault', {
      paths: { '/card-vault': { get: ok('Page') } },
      components: { schemas: { Page: { title: 'cards' }, Problem: {} } },
    }),
  )
  expect(Object.keys(merged.components?.['schemas'] ?? {})).toEqual([
    'UsersPage',
    'Problem',
    'CardVaultPage',
  ])
  expect(JSON.stringify(merged.paths?.['/users'])).toContain('"#/components/schemas/UsersPage"')
  expect(JSON.stringify(merged.paths?.['/card-vault'])).toContain(
    '"#/components/schemas/CardVaultPage"',
  )
})

test('components that differ only in what they refer to are told apart as well', () => {
  const components = (title: string) => ({
    schemas: {
      Item: { title },
      List: { type: 'array', items: { $ref: '#/components/schemas/Item' } },
    },
  })
  const merged = merge(
    documentOf('users', {
      paths: { '/users': { get: ok('List') } },
      components: components('a'),
    }),
    documentOf('products', {
      paths: { '/products': { get: ok('List') } },
      components: components('b'),
    }),
  )
  expect(merged.components?.['schemas']).toMatchObject({
    UsersList: { items: { $ref: '#/components/schemas/UsersItem' } },
    ProductsList: { items: { $ref: '#/components/schemas/ProductsItem' } },
  })
})

test('security of a whole document is said at its operations, and a renamed scheme is followed', () => {
  const merged = merge(
    documentOf('users', {
      security: [{ bearer: [] }],
      paths: { '/users': { get: { operationId: 'list' }, post: { security: [] } } },
      components: { securitySchemes: { bearer: { type: 'http' } } },
    }),
    documentOf('products', {
      paths: { '/products': { get: { operationId: 'list' }, put: { security: [{ bearer: [] }] } } },
      components: { securitySchemes: { bearer: { type: 'apiKey' } } },
    }),
  )
  expect(merged.paths).toEqual({
    '/users': {
      get: { tags: ['users'], security: [{ Usersbearer: [] }], operationId: 'users_list' },
      post: { tags: ['users'], security: [] },
    },
    '/products': {
      get: { tags: ['products'], operationId: 'products_list' },
      put: { tags: ['products'], security: [{ Productsbearer: [] }] },
    },
  })
})
