import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineService, PLATFORM_VARIABLES, variableName } from './manifest.ts'
import { openMethods, routeMatches } from './route-patterns.ts'

const base = { name: 'orders', description: 'Orders', routes: ['/orders', '/orders/*'] }
const define = (change: object) => () => defineService({ ...base, ...change })
const scale = { min: 1, max: 4, cpuPercent: 60, requestsPerTarget: 1000 }

test('a manifest says only what differs from the defaults', () => {
  expect(defineService(base)).toMatchObject({
    needs: {},
    calls: [],
    settings: {},
    secrets: {},
    size: { vcpu: 0.25, memoryMiB: 512 },
    scale: { min: 1, max: 4 },
    stopSeconds: 30,
  })
})

test.for([
  ['a name with capitals', { name: 'Orders' }, 'name "Orders" must be 1-20 lower-case letters'],
  ['an empty name', { name: '' }, 'name "" must be'],
  ['a name of 21 characters', { name: 'a'.repeat(21) }, 'must be 1-20'],
  ['a name that is no DNS label', { name: 'orders-' }, 'name "orders-" must be'],
  ['a route without a slash', { routes: ['orders'] }, 'route "orders" must be a path such as'],
  ['a route for everything', { routes: ['/*'] }, 'route "/*" must be a path such as'],
  ['a star inside a route', { routes: ['/orders/*/lines'] }, 'must be a path such as'],
  ['a private route', { routes: ['/internal/x'] }, 'private: /internal is never routed'],
  ['a route to the probes', { routes: ['/health'] }, 'private: /health is never routed'],
  ['a scale upside down', { scale: { ...scale, min: 5 } }, 'scale 5..4 must be 0 <= min <= max'],
  ['a scale of nothing', { scale: { ...scale, min: 0, max: 0 } }, 'max >= 1'],
  ['a CPU aim of nothing', { scale: { ...scale, cpuPercent: 0 } }, 'scale.cpuPercent 0 must be'],
  ['an aim of no requests', { scale: { ...scale, requestsPerTarget: 0 } }, 'above 0'],
  ['a cached route of others', { cachedRoutes: ['/users'] }, 'cachedRoutes "/users" is not one'],
  ['an open route of others', { openRoutes: ['GET /users'] }, 'openRoutes "GET /users": the path'],
  ['an open route above its own', { openRoutes: ['GET /orders*'] }, 'is not one of its routes'],
  [
    'an open route for everything',
    { openRoutes: ['ANY /*'] },
    'routes /orders, /orders/* and lies',
  ],
  ['an open route to the probes', { openRoutes: ['GET /ready'] }, 'is not one of its routes'],
  [
    'an open route of no method',
    { openRoutes: ['/orders'] },
    'openRoutes "/orders" must be a method',
  ],
  [
    'an open route of two',
    { openRoutes: ['GET /orders /x'] },
    'must be a method and a path such as',
  ],
  ['an unknown method', { openRoutes: ['FETCH /orders'] }, 'methods: ANY, GET, POST, PUT, PATCH'],
  [
    'a method in small letters',
    { openRoutes: ['get /orders'] },
    'openRoutes "get /orders" must be',
  ],
  ['HEAD, which GET holds', { openRoutes: ['HEAD /orders'] }, 'openRoutes "HEAD /orders" must be'],
  ['an event of one word', { publishes: ['placed'] }, 'event "placed" must be two'],
  ['an event with a capital', { consumes: ['Order.placed'] }, 'event "Order.placed" must be'],
  ['no time to stop', { stopSeconds: 1 }, 'stopSeconds 1 must be 2 to 120'],
  ['too much time to stop', { stopSeconds: 121 }, 'stopSeconds 121 must be 2 to 120'],
  ['a call to itself', { calls: ['orders'] }, `calls "orders": a service can't call itself`],
  ['a call to no name', { calls: ['Card Vault'] }, 'calls "Card Vault"'],
  ['a call that takes a variable', { calls: ['database'] }, 'DATABASE_URL, which is taken'],
  ['a setting not in camelCase', { settings: { cancel_minutes: z.string() } }, 'in camelCase'],
  [
    'one name for setting and secret',
    { settings: { apiKey: z.string() }, secrets: { apiKey: z.string() } },
    '"apiKey" becomes API_KEY, which is taken',
  ],
  [
    'a setting named as the token of a call',
    { calls: ['inventory'], settings: { inventoryToken: z.string() } },
    '"inventoryToken" becomes INVENTORY_TOKEN, which is taken',
  ],
] as const)('%s is refused with service, key and what is allowed', ([, change, message]) => {
  expect(define(change)).toThrow(message)
  expect(define(change)).toThrow(
    `manifest of service "${'name' in change ? change.name : 'orders'}"`,
  )
})

test.for(PLATFORM_VARIABLES)('a setting may not be read from %s', variable => {
  const key = variable
    .toLowerCase()
    .replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  expect(define({ settings: { [key]: z.string() } })).toThrow(`becomes ${variable}, which is taken`)
})

test('every problem of a manifest is reported at once', () => {
  expect(define({ name: 'X', stopSeconds: 0, routes: ['x'] })).toThrow(/name.*route.*stopSeconds/)
})

test('names become variables word by word', () => {
  expect(['passwordCost', 'card-vault', 'cancelMinutes2', 'x'].map(variableName)).toEqual([
    'PASSWORD_COST',
    'CARD_VAULT',
    'CANCEL_MINUTES2',
    'X',
  ])
})

test.for([
  ['/users', '/users', true],
  ['/users', '/users/', false],
  ['/users', '/users/1', false],
  ['/users/*', '/users/1', true],
  ['/users/*', '/users/', true],
  ['/users/*', '/users', false],
  ['/users/*', '/users-export', false],
] as const)('the pattern %s takes the path %s: %s', ([pattern, path, taken]) => {
  expect(routeMatches(pattern, path)).toBe(taken)
})

test('an open route lies under a route of the service', () => {
  const openRoutes = ['GET /orders', 'POST /orders/quote', 'GET /orders/*', 'ANY /orders/shared/*']
  expect(define({ openRoutes })()).toMatchObject({ openRoutes })
  expect(defineService(base).openRoutes).toEqual([])
})

test.for([
  ['/orders', ['POST']],
  ['/orders/1', ['GET', 'HEAD']],
  ['/orders/*', ['GET', 'HEAD']],
  ['/orders/quote', ['POST', 'GET', 'HEAD']],
  ['/orders/shared/1', ['GET', 'HEAD', 'ANY']],
  ['/orders-export', []],
  ['/*', []],
] as const)('open on %s: %j', ([path, methods]) => {
  const open = ['POST /orders', 'POST /orders/quote', 'GET /orders/*', 'ANY /orders/shared/*']
  expect(openMethods(open, path)).toEqual(methods)
})
