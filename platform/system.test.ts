import { expect, test } from 'vitest'
import { type AnyManifest, defineService } from '../apps/shared/manifest.ts'
import * as services from './services.ts'
import { askedBy, asks, systemOf } from './system.ts'

const service = (name: string, change: Partial<AnyManifest> = {}) => ({
  ...defineService({ name, description: name, routes: [`/${name}`] }),
  ...change,
})
// What the compiler would refuse, as a program without types could hand it over.
const unchecked = (given: Record<string, unknown>) => () =>
  systemOf(given as Parameters<typeof systemOf>[0])

test('the services of this repository fit together', () => {
  expect([...systemOf(services).keys()]).toEqual([
    'users',
    'inventory',
    'notifications',
    'products',
    'orders',
    'payments',
  ])
})

test('whom a service asks starts before it', () => {
  const a = service('a', { calls: ['b'], needs: { tokens: true } })
  const b = service('b', { calls: ['c'], needs: { callers: true } })
  const system = unchecked({
    a,
    b,
    c: service('c', { needs: { callers: true } }),
    users: service('users'),
  })()
  expect([...system.keys()]).toEqual(['c', 'b', 'users', 'a'])
  expect(asks(a)).toEqual(['b', 'users'])
  expect(askedBy('users', system)).toEqual(['a'])
})

test.for([
  ['a call to nobody', { a: service('a', { calls: ['bb'] }) }, 'a: calls "bb"; there are a'],
  [
    'a call to a service that gives no token',
    { a: service('a', { calls: ['b'] }), b: service('b') },
    'a: calls "b", whose manifest lacks needs: { callers: true }',
  ],
  [
    'tokens without the service that signs them',
    { a: service('a', { needs: { tokens: true } }) },
    'a: needs tokens, which the service "users" signs',
  ],
  [
    'an event that nobody publishes',
    { a: service('a', { publishes: ['a.made'] }), b: service('b', { consumes: ['a.gone'] }) },
    'b: consumes "a.gone", which nobody publishes; published: a.made',
  ],
  ['a key that is not the name', { b: service('a') }, 'services.b is named "a" in its manifest'],
  [
    'a circle of calls',
    {
      a: service('a', { calls: ['b'], needs: { callers: true } }),
      b: service('b', { calls: ['a'], needs: { callers: true } }),
    },
    'services call each other in a circle: a -> b -> a; make one of the calls an event',
  ],
  ['one route of two services', { a: service('a'), b: service('b', { routes: ['/a'] }) }, '/a'],
] as const)('%s is refused', ([, given, message]) => {
  expect(unchecked(given)).toThrow(message)
})

test('a wrong call, a wrong event or a wrong key does not compile', () => {
  const users = defineService({ name: 'users', description: 'Users', routes: ['/users'] })
  const caller = defineService({ name: 'a', description: 'A', routes: ['/a'], calls: ['nobody'] })
  // @ts-expect-error: there is no service "nobody"
  expect(() => systemOf({ users, a: caller })).toThrow('calls "nobody"')
  const consumer = defineService({ name: 'a', description: 'A', routes: [], consumes: ['b.gone'] })
  // @ts-expect-error: nobody publishes it
  expect(() => systemOf({ users, a: consumer })).toThrow('consumes "b.gone"')
  // @ts-expect-error: its name is users
  expect(() => systemOf({ accounts: users })).toThrow('is named "users"')
})
