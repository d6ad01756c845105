import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture, startFixture } from '../testing/fixture.ts'
import { startTestService, type TestService } from '../testing/test-service.ts'

const SHOP = 'https://shop.example.com'
const services: TestService[] = []
let forShop: TestService
let forAll: TestService
let forNobody: TestService

async function start(corsOrigins: string[]): Promise<TestService> {
  const service = await startTestService(fixture, startFixture, {
    runtime: { corsOrigins },
    tokens: { jwksUrl: 'http://127.0.0.1:1/jwks.json' },
    calls: {},
    settings: {},
    secrets: {},
  })
  services.push(service)
  return service
}

beforeAll(async () => {
  forShop = await start([SHOP, 'http://localhost:3000'])
  forAll = await start(['*'])
  forNobody = await start([])
})
afterAll(() => Promise.all(services.map(service => service.stop())))

const allowed = (service: TestService, origin: string, path = '/notes', init = {}) =>
  service
    .call(path, { ...init, headers: { origin } })
    .then(({ headers }) => headers.get('access-control-allow-origin'))

test('a page of an origin in the settings may read answers', async () => {
  expect(await allowed(forShop, SHOP)).toBe(SHOP)
  expect(await allowed(forShop, 'http://localhost:3000')).toBe('http://localhost:3000')
})

test.for(['https://evil.example', `${SHOP}.evil.example`, 'http://shop.example.com', 'null'])(
  'a page of the origin %s may not',
  async origin => {
    expect(await allowed(forShop, origin)).toBeNull()
  },
)

test('* lets every page read, and no setting lets none', async () => {
  expect(await allowed(forAll, 'https://any.example')).toBe('*')
  expect(await allowed(forNobody, SHOP)).toBeNull()
})

test.for([
  ['404', '/nothing', {}],
  ['422', '/notes?limit=0', {}],
  ['500', '/fails', {}],
  ['413', '/notes', { json: 'x'.repeat(200_000) }],
] as const)('a page may read an error of status %s too', async ([, path, init]) => {
  expect(await allowed(forShop, SHOP, path, init)).toBe(SHOP)
})

test('a page may read the headers that the API speaks by', async () => {
  const { headers } = await forShop.call('/notes', { headers: { origin: SHOP } })
  const exposed = headers.get('access-control-expose-headers')?.split(',')
  expect(exposed).toEqual(
    expect.arrayContaining(['ETag', 'Link', 'Retry-After', 'RateLimit-Remaining', 'X-Request-Id']),
  )
})

test('answers are kept apart by origin in caches, also those to no page', async () => {
  for (const headers of [{ origin: SHOP }, {}]) {
    const answer = await forShop.call('/notes', { headers })
    expect(answer.headers.get('vary')).toMatch(/\borigin\b/i)
  }
})

const preflight = (service: TestService, path: string, method: string, origin = SHOP) =>
  service.call(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    },
  })

test('a preflight says which methods and headers a page may send', async () => {
  const { status, headers } = await preflight(forShop, '/notes', 'POST')
  expect(status).toBe(204)
  expect(headers.get('access-control-allow-origin')).toBe(SHOP)
  expect(headers.get('access-control-allow-methods')?.split(',')).toEqual(
    expect.arrayContaining(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  )
  expect(headers.get('access-control-allow-headers')?.split(',')).toEqual(
    expect.arrayContaining(['Authorization', 'Content-Type', 'If-Match']),
  )
  expect(headers.get('access-control-max-age')).toBe('600')
})

test('a preflight from another origin allows nothing', async () => {
  const { headers } = await preflight(forShop, '/notes', 'POST', 'https://evil.example')
  expect(headers.get('access-control-allow-origin')).toBeNull()
})

test('without origins in the settings there are no preflights', async () => {
  expect(await preflight(forNobody, '/notes', 'POST')).toMatchObject({ status: 405 })
})

test('no page is allowed to send cookies', async () => {
  const { headers } = await forShop.call('/notes', { headers: { origin: SHOP } })
  expect(headers.get('access-control-allow-credentials')).toBeNull()
})
