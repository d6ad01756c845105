import { expect, test } from 'vitest'
import products from '../../apps/products/manifest.ts'
import { type AnyManifest, defineService } from '../../apps/shared/manifest.ts'
import users from '../../apps/users/manifest.ts'
import { gatewayRoutes, routeKey } from './api-gateway-routes.ts'

const keys = (manifests: readonly AnyManifest[], open: boolean) =>
  gatewayRoutes(manifests)
    .filter(route => route.open === open)
    .map(routeKey)

const define = (name: string, routes: readonly string[], openRoutes: readonly string[] = []) =>
  defineService({ name, description: '', routes, openRoutes })

test('whatever a service does not open takes a token, on each of its public routes', () => {
  expect(keys([users, products], false)).toEqual([
    'ANY /users',
    'ANY /users/{proxy+}',
    'ANY /auth/{proxy+}',
    'ANY /.well-known/jwks.json',
    'ANY /.well-known/openid-configuration',
    'ANY /auth/login',
    'ANY /auth/refresh',
    'ANY /auth/logout',
    'ANY /auth/password-reset',
    'ANY /auth/password-reset/confirm',
    'ANY /auth/verify-email',
    'ANY /products',
    'ANY /products/{proxy+}',
    'ANY /categories',
    'ANY /categories/{proxy+}',
  ])
})

test('what a service opens takes none, nor does the preflight of a browser', () => {
  const open = keys([users, products], true)
  expect(open.filter(key => !key.startsWith('OPTIONS'))).toEqual([
    'POST /users',
    'GET /.well-known/jwks.json',
    'HEAD /.well-known/jwks.json',
    'GET /.well-known/openid-configuration',
    'HEAD /.well-known/openid-configuration',
    'POST /auth/login',
    'POST /auth/refresh',
    'POST /auth/logout',
    'POST /auth/password-reset',
    'POST /auth/password-reset/confirm',
    'POST /auth/verify-email',
    'GET /products',
    'HEAD /products',
    'GET /products/{proxy+}',
    'HEAD /products/{proxy+}',
    'GET /categories',
    'HEAD /categories',
    'GET /categories/{proxy+}',
    'HEAD /categories/{proxy+}',
  ])
  const preflights = open.filter(key => key.startsWith('OPTIONS'))
  expect(preflights).toEqual(
    keys([users, products], false).map(key => key.replace('ANY', 'OPTIONS')),
  )
})

test('a path that lies inside an open pattern is open too, however long it is', () => {
  const shop = define('shop', ['/shop/*', '/shop/news'], ['GET /shop/*', 'POST /shop/cart'])
  expect(keys([shop], true)).toEqual([
    'GET /shop/{proxy+}',
    'HEAD /shop/{proxy+}',
    'OPTIONS /shop/{proxy+}',
    'GET /shop/news',
    'HEAD /shop/news',
    'OPTIONS /shop/news',
    'GET /shop/cart',
    'HEAD /shop/cart',
    'POST /shop/cart',
    'OPTIONS /shop/cart',
  ])
})

test('where every method is open one route is enough', () => {
  const routes = gatewayRoutes([define('shop', ['/shop/*'], ['ANY /shop/*', 'GET /shop/*'])])
  expect(routes).toEqual([{ method: 'ANY', pattern: '/shop/*', service: 'shop', open: true }])
})

test.for(['/internal', '/internal/*', '/health', '/ready', '/docs/*'])(
  'the private path %s is refused even where a manifest slipped it in',
  route => {
    const manifest = { ...users, routes: [...users.routes, route] }
    expect(() => gatewayRoutes([manifest])).toThrow(
      `service "users": route "${route}" is private and never routed`,
    )
  },
)

test.for(['GET /shop/mine/x', 'ANY /shop/mine/*', 'POST /shop/mine'])(
  'a service can not open %s, which another one answers',
  open => {
    const mine = define('mine', ['/shop/mine', '/shop/mine/*'])
    expect(() => gatewayRoutes([define('shop', ['/shop/*'], [open]), mine])).toThrow(
      `service "shop": openRoutes "${open}" is answered by service "mine"`,
    )
  },
)

test('a wide pattern that is open does not open the path of another service inside it', () => {
  const shop = define('shop', ['/shop/*'], ['GET /shop/*'])
  expect(keys([shop, define('mine', ['/shop/mine'])], false)).toContain('ANY /shop/mine')
})

test('an open route that slipped past its manifest is refused', () => {
  expect(() => gatewayRoutes([{ ...users, openRoutes: ['GET /internal/x'] }])).toThrow(
    'openRoutes "GET /internal/x" is under none of its routes',
  )
})

test('more than 300 routes are refused', () => {
  const services = (routes: number) =>
    Array.from({ length: 10 }, (_, service) =>
      define(
        `s${service}`,
        Array.from({ length: routes }, (_, route) => `/r${service}-${route}`),
      ),
    )
  expect(gatewayRoutes(services(15))).toHaveLength(300)
  expect(() => gatewayRoutes(services(16))).toThrow(
    'need 320 routes; an HTTP API takes 300: join routes and openRoutes with /*',
  )
})
