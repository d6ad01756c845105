import { expect, test } from 'vitest'
import products from '../apps/products/manifest.ts'
import { type AnyManifest, defineService } from '../apps/shared/manifest.ts'
import { TOKEN_ALGORITHM } from '../apps/shared/tokens.ts'
import users from '../apps/users/manifest.ts'
import { gatewayRoutes } from './api-gateway-routes.ts'

const keys = (manifests: AnyManifest[]) => gatewayRoutes(manifests).map(({ routeKey }) => routeKey)

test('each public route of the services is a route of the gateway, and nothing else is', () => {
  expect(keys([users, products])).toEqual([
    'ANY /users',
    'ANY /users/{proxy+}',
    'ANY /auth/{proxy+}',
    'ANY /.well-known/jwks.json',
    'ANY /.well-known/openid-configuration',
    'ANY /products',
    'ANY /products/{proxy+}',
    'ANY /categories',
    'ANY /categories/{proxy+}',
  ])
})

test.for(['/internal', '/internal/*', '/health', '/ready', '/docs/*'])(
  'the private path %s is refused even where a manifest slipped it in',
  route => {
    const manifest = { ...users, routes: [route] }
    expect(() => gatewayRoutes([manifest])).toThrow(
      `service "users": route "${route}" is private and never routed`,
    )
  },
)

test('without tokens every route is open, as through CloudFront: the services verify', () => {
  expect(gatewayRoutes([users, products]).some(({ verified }) => verified)).toBe(false)
})

test('tokens that the gateway can not verify are refused before they lock everybody out', () => {
  const tokens = { algorithm: TOKEN_ALGORITHM, audience: 'shop', routes: ['/users/*'] }
  expect(() => gatewayRoutes([users], tokens)).toThrow('ours are EdDSA, it would refuse every one')
})

test('with RSA tokens exactly the named routes need one', () => {
  const tokens = { algorithm: 'RS256', audience: 'shop', routes: ['/users/*'] }
  const verified = gatewayRoutes([users], tokens).filter(route => route.verified)
  expect(verified.map(({ routeKey }) => routeKey)).toEqual(['ANY /users/{proxy+}'])
  expect(() => gatewayRoutes([products], tokens)).toThrow(
    'tokens.routes "/users/*" is no route of a service; there are /products',
  )
})

test('301 routes are refused', () => {
  const manifests = Array.from({ length: 14 }, (_, service) =>
    defineService({
      name: `s${service}`,
      description: '',
      routes: Array.from({ length: 22 }, (_, route) => `/r${service}-${route}`),
    }),
  )
  expect(() => gatewayRoutes(manifests)).toThrow(
    'have 308 routes; an HTTP API takes 300: join routes with /*',
  )
})
