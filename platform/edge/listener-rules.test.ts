import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AnyManifest, defineService } from '../../apps/shared/manifest.ts'
import { routeMatches } from '../../apps/shared/route-patterns.ts'
import products from '../../apps/products/manifest.ts'
import users from '../../apps/users/manifest.ts'
import { depthOf, listenerRules } from './listener-rules.ts'

const service = (name: string, routes: string[]): AnyManifest =>
  defineService({ name, description: name, routes })

/** What the load balancer does: the first rule that matches. */
function serviceOf(manifests: readonly AnyManifest[], path: string): string | undefined {
  const rules = [...listenerRules(manifests)].flatMap(([name, own]) =>
    own.map(rule => ({ name, ...rule })),
  )
  rules.sort((a, b) => a.priority - b.priority)
  return rules.find(({ paths }) => paths.some(pattern => routeMatches(pattern, path)))?.name
}

test('the services of today get rules within the limits of AWS', () => {
  const rules = listenerRules([users, products])
  const all = [...rules.values()].flat()
  expect(all.flatMap(({ paths }) => paths).sort()).toEqual(
    [...users.routes, ...products.routes].sort(),
  )
  expect(new Set(all.map(({ priority }) => priority)).size).toBe(all.length)
  for (const { priority, paths } of all) {
    expect(paths.length).toBeLessThanOrEqual(5)
    expect(priority).toBeGreaterThan(9)
    expect(priority).toBeLessThanOrEqual(50_000)
  }
})

test('the more specific route decides, whatever the order of the services', () => {
  const wide = service('users', ['/users', '/users/*'])
  const deep = service('carts', ['/users/me/cart', '/users/me/cart/*'])
  for (const manifests of [
    [wide, deep],
    [deep, wide],
  ]) {
    expect(serviceOf(manifests, '/users/me/cart')).toBe('carts')
    expect(serviceOf(manifests, '/users/me/cart/1')).toBe('carts')
    expect(serviceOf(manifests, '/users/me')).toBe('users')
    expect(serviceOf(manifests, '/internal/users')).toBeUndefined()
  }
})

test('services whose routes lie inside each other both ways are told apart', () => {
  const manifests = [service('a', ['/x/*', '/y/deep/*']), service('b', ['/y/*', '/x/deep/*'])]
  expect(serviceOf(manifests, '/x/deep/1')).toBe('b')
  expect(serviceOf(manifests, '/y/deep/1')).toBe('a')
  expect(serviceOf(manifests, '/x/1')).toBe('a')
})

test('any set of routes: each path goes to the owner of its longest pattern', () => {
  const segment = fc.constantFrom('a', 'b', 'c')
  const route = fc
    .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([segments, wild]) => `/${segments.join('/')}${wild ? '/*' : ''}`)
  fc.assert(
    fc.property(fc.uniqueArray(route, { minLength: 2, maxLength: 24 }), (routes: string[]) => {
      const manifests = ['one', 'two', 'three'].map((name, index) =>
        service(
          name,
          routes.filter((_, at) => at % 3 === index),
        ),
      )
      for (const path of routes.map(pattern => pattern.replace('*', 'z'))) {
        const best = routes
          .filter(pattern => routeMatches(pattern, path))
          .sort((a, b) => depthOf(b) - depthOf(a))[0]
        const owner = manifests.find(({ routes }) => routes.includes(best ?? ''))
        expect(serviceOf(manifests, path)).toBe(owner?.name)
      }
    }),
  )
})

test('a service or a route that is added leaves the other priorities as they are', () => {
  const before = listenerRules([users, products])
  const grown = { ...users, routes: [...users.routes, '/me', '/sessions/*', '/a', '/b'] }
  const after = listenerRules([service('inventory', ['/inventory/*']), grown, products])
  expect(after.get('products')).toEqual(before.get('products'))
  for (const rule of before.get('users') ?? [])
    expect(after.get('users')).toContainEqual(
      expect.objectContaining({
        priority: rule.priority,
        paths: expect.arrayContaining([...rule.paths]),
      }),
    )
})

const many = (count: number) => Array.from({ length: count }, (_, index) => `/r${index}`)

test.for<[string, AnyManifest[], string]>([
  [
    'claimed by two services',
    [service('a', ['/x/*']), service('b', ['/x/*'])],
    'route "/x/*" is claimed by services "a" and "b"',
  ],
  ['listed twice', [service('a', ['/x', '/x'])], 'service "a" lists route "/x" twice'],
  ['too deep', [service('a', ['/1/2/3/4/5/6/7/8/9'])], '9 segments; at most 8'],
  ['too long', [service('a', [`/${'x'.repeat(128)}`])], '129 characters'],
  [
    'with a wildcard inside',
    [{ ...service('a', ['/x']), routes: ['/x/*/y'] }],
    'must be a path such as',
  ],
  ['too many of one service', [service('a', many(26))], '26 routes of 1 segments; at most 25'],
  [
    'too many in all',
    Array.from({ length: 25 }, (_, index) =>
      service(
        `s${index}`,
        many(24).map(route => `${route}-${index}`),
      ),
    ),
    'need 125 listener rules',
  ],
])('a route that is %s is refused by name', ([, manifests, message]) => {
  expect(() => listenerRules(manifests)).toThrow(message)
})
