import { expect, test } from 'vitest'
import products from '../../apps/products/manifest.ts'
import { type AnyManifest, defineService } from '../../apps/shared/manifest.ts'
import { routeMatches } from '../../apps/shared/route-patterns.ts'
import users from '../../apps/users/manifest.ts'
import { behavioursOf } from './edge-behaviours.ts'

const service = (name: string, routes: string[], cachedRoutes: string[] = []): AnyManifest =>
  defineService({ name, description: name, routes, cachedRoutes })

const isCached = (manifests: AnyManifest[], path: string) =>
  behavioursOf(manifests).find(({ pathPattern }) => routeMatches(pathPattern, path))?.cached

test.for([
  ['/products', true],
  ['/products/1', true],
  ['/categories/1', true],
  ['/users', false],
  ['/users/me', false],
  ['/auth/login', false],
  ['/.well-known/jwks.json', false],
  ['/internal/users', undefined],
  ['/health', undefined],
  ['/', undefined],
] as const)('of the services today %s is cached: %s', ([path, cached]) => {
  expect(isCached([users, products], path)).toBe(cached)
})

test('a route inside a cached one is not cached unless it is listed itself', () => {
  const manifest = service('a', ['/a/*', '/a/mine'], ['/a/*'])
  expect(isCached([manifest], '/a/mine')).toBe(false)
  expect(isCached([manifest], '/a/other')).toBe(true)
})

test('a cached route inside a route that is not gets a behaviour of its own, before it', () => {
  const manifest = service('a', ['/a/*'], ['/a/public/*'])
  expect(isCached([manifest], '/a/public/1')).toBe(true)
  expect(isCached([manifest], '/a/mine')).toBe(false)
})

test('a route of another service inside a cached one is not cached', () => {
  const manifests = [service('a', ['/a/*'], ['/a/*']), service('b', ['/a/carts/*'])]
  expect(isCached(manifests, '/a/carts/1')).toBe(false)
  expect(isCached(manifests, '/a/1')).toBe(true)
})

test('a cached route that is the route of another service is refused, with both names', () => {
  const manifests = [service('a', ['/a/*'], ['/a/carts/*']), service('b', ['/a/carts/*'])]
  expect(() => behavioursOf(manifests)).toThrow(
    'cachedRoutes "/a/carts/*" of service "a" is a route of service "b"',
  )
})

test('24 routes fit beside the site, 25 are refused with the way out', () => {
  const routes = (count: number) => Array.from({ length: count }, (_, index) => `/r${index}`)
  expect(behavioursOf([service('a', routes(24))])).toHaveLength(24)
  const split = [service('a', routes(20)), service('b', ['/s1', '/s2', '/s3', '/s4', '/s5'])]
  expect(() => behavioursOf(split)).toThrow(
    'the routes of 2 services need 25 cache behaviours and the site one; CloudFront takes 25: join routes with /*',
  )
})
