import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { PRIVATE_PATHS } from '../shared/manifest.ts'
import { call, type CallInit } from '../shared/testing/test-service.ts'
import { TOKEN_AUDIENCE, TOKEN_TYPE } from '../shared/token-format.ts'
import { holdsWithin } from './processes/poll.ts'
import { openOutput } from './log.ts'
import { type ArrangedShop, arrangeShop } from './prove/arranged-shop.ts'
import { ACCESS, type Access, type Actor, FORBIDDEN, MAY } from './testing/access.ts'

interface Operation {
  service: string
  /** `GET /orders/{order_id}` */
  name: string
  method: string
  path: string
  hasBody: boolean
}

let shop: ArrangedShop
let operations: Operation[]
let tokens: Record<Actor, string | undefined>
let ids: Record<string, string>

beforeAll(async () => {
  const output = openOutput(process.stdout)
  const appsDir = join(import.meta.dirname, '..')
  shop = await arrangeShop({
    buyers: 2,
    units: 5,
    appsDir,
    path: process.env['PATH'] ?? '',
    output,
  })
  operations = (await Promise.all(shop.services.map(documented))).flat().sort(byHarm)
  tokens = await tokensOfActors()
  ids = await thingsOfTheBuyer()
}, 120_000)
afterAll(() => shop?.close(), 60_000)

/** What reads first, what deletes the accounts last: each is done by those who may. */
const HARM = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'DELETE /users/me']
const harmOf = ({ method, name }: Operation) => HARM.indexOf(HARM.includes(name) ? name : method)
const byHarm = (a: Operation, b: Operation) => harmOf(a) - harmOf(b)

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete'])

async function documented({ name: service, url }: ArrangedShop['services'][number]) {
  const { body } = await call(url, '/openapi.json')
  return Object.entries(
    body.paths as Record<string, Record<string, { requestBody?: object }>>,
  ).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => METHODS.has(method))
      .map(([method, { requestBody }]) => ({
        service,
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        hasBody: requestBody !== undefined,
      })),
  )
}

async function tokensOfActors(): Promise<typeof tokens> {
  const [buyer, other] = shop.buyers
  return {
    nobody: undefined,
    buyer: buyer!.token,
    other: other!.token,
    admin: shop.adminToken,
    expired: await expiredToken(buyer!.id),
    service: 'x'.repeat(48),
  }
}

/** Signed by a key that the users service publishes, as one that has signed before. */
async function expiredToken(subject: string): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA')
  const kid = randomUUID()
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' }
  await shop.query(
    `insert into users.signing_keys (kid, public_jwk, private_key, signs_from)
      values ($1, $2, '', now() + interval '1 day')`,
    [kid, jwk],
  )
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ role: 'admin' })
    .setProtectedHeader({ alg: 'EdDSA', kid, typ: TOKEN_TYPE })
    .setIssuer(shop.url)
    .setAudience(TOKEN_AUDIENCE)
    .setSubject(subject)
    .setIssuedAt(now - 3600)
    .setNotBefore(now - 3600)
    .setExpirationTime(now - 60)
    .sign(privateKey)
}

const Made = z.object({ id: z.uuid() })

/** One of everything that belongs to the first buyer, by the parameters' names. */
async function thingsOfTheBuyer(): Promise<typeof ids> {
  const [buyer] = shop.buyers
  const make = async (path: string, json: object, headers: Record<string, string> = {}) => {
    const answer = await call(shop.url, path, { json, token: buyer!.token, headers })
    expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(201)
    return answer.body as { id: string; total_amount: number; currency: string }
  }
  const key = () => ({ 'idempotency-key': randomUUID() })
  const order = await make(
    '/orders',
    { items: [{ product_id: shop.race.scarce, quantity: 1 }] },
    key(),
  )
  const method = await make('/payment-methods', {
    user_id: buyer!.id,
    type: 'card',
    card_number: '4242424242424242',
    expiry_date: '12/40',
    is_default: true,
  })
  const payment = await make(
    '/payments',
    {
      order_id: order.id,
      amount: order.total_amount,
      currency: order.currency,
      payment_method_id: method.id,
    },
    key(),
  )
  const notification = await eventually(async () => {
    const { body } = await call(shop.url, '/notifications', { token: buyer!.token })
    return z.array(Made).min(1).safeParse(body).data?.[0]?.id
  })
  return {
    order_id: order.id,
    payment_id: payment.id,
    payment_method_id: method.id,
    notification_id: notification,
    user_id: buyer!.id,
    product_id: shop.race.scarce,
    category_id: randomUUID(),
    id: randomUUID(),
  }
}

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  let found: T | undefined
  await holdsWithin(60_000, async () => (found = await look()) !== undefined, 100)
  if (found === undefined) throw new Error('it did not come within a minute')
  return found
}

/** Where an empty body would be refused before it is asked whose the thing is. */
const BODIES: Readonly<Record<string, object>> = {
  'POST /payments/{payment_id}/sandbox-action': { approve: true },
}

const addressOf = ({ path }: Operation): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? randomUUID())

async function statusFor(operation: Operation, actor: Actor): Promise<number> {
  const isInternal = operation.path.startsWith('/internal/')
  const direct = shop.services.find(({ name }) => name === operation.service)!.url
  const init: CallInit = {
    method: operation.method,
    // Nothing that could succeed: who is let through is told what is wrong with the body.
    ...(operation.hasBody && { json: BODIES[operation.name] ?? {} }),
    ...(tokens[actor] !== undefined && { token: tokens[actor] }),
    headers: { 'idempotency-key': randomUUID() },
    signal: AbortSignal.timeout(20_000),
  }
  if (operation.name === 'GET /notifications/stream') return streamStatus(direct, operation, init)
  return (await call(isInternal ? direct : shop.url, addressOf(operation), init)).status
}

/** A stream does not end: its status is all that is read. */
async function streamStatus(
  url: string,
  { path }: Operation,
  { token }: CallInit,
): Promise<number> {
  const leaving = new AbortController()
  const { status } = await fetch(`${url}${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    signal: leaving.signal,
  })
  leaving.abort()
  return status
}

test('every operation of every service says here who may use it', () => {
  expect(operations.map(({ name }) => name).toSorted()).toEqual(Object.keys(ACCESS).toSorted())
})

test('whoever may not use an operation is refused, and whoever may is let through', async () => {
  const wrong: string[] = []
  for (const operation of operations) {
    const access: Access | undefined = ACCESS[operation.name]
    if (access === undefined) continue // the test above names it
    // Those who are refused first: what the others do may end the thing.
    for (const [actor, refusals] of Object.entries(FORBIDDEN[access]) as [Actor, number[]][]) {
      const status = await statusFor(operation, actor)
      if (!refusals.includes(status))
        wrong.push(`${operation.name} for ${actor}: ${status}, not ${refusals.join(' or ')}`)
    }
    for (const actor of MAY[access]) {
      const status = await statusFor(operation, actor)
      if (status === 401 || status === 403 || status >= 500)
        wrong.push(`${operation.name} for ${actor}: ${status}, which refuses whom it is for`)
    }
  }
  expect(wrong).toEqual([])
})

test('no edge routes what only services may ask', async () => {
  for (const operation of operations.filter(({ path }) => path.startsWith('/internal/')))
    for (const token of [undefined, shop.adminToken]) {
      const init = { method: operation.method, ...(token !== undefined && { token }) }
      expect((await call(shop.url, addressOf(operation), init)).status, operation.name).toBe(404)
    }
  expect(PRIVATE_PATHS).toContain('/internal')
})

test('a service takes no token but its own callers’', async () => {
  const secrets = shop.serviceTokens
  for (const operation of operations.filter(({ path }) => path.startsWith('/internal/'))) {
    const direct = shop.services.find(({ name }) => name === operation.service)!.url
    const statusWith = async (token: string) =>
      (
        await call(direct, addressOf(operation), {
          method: operation.method,
          ...(operation.hasBody && { json: {} }),
          token,
        })
      ).status
    for (const [name, token] of Object.entries(secrets))
      if (name === operation.service) expect(await statusWith(token), name).not.toBe(401)
      else expect(await statusWith(token), `${name} asks ${operation.name}`).toBe(401)
  }
})

test('every security scheme that an operation names is declared, and the merged document has no other', async () => {
  const schemesOf = async (url: string) => {
    const { body } = await call(url, '/openapi.json')
    const named = Object.values(body.paths as Record<string, Record<string, Secured>>)
      .flatMap(methods => Object.values(methods))
      .flatMap(({ security = [] }) => security.flatMap(requirement => Object.keys(requirement)))
    return {
      named: [...new Set(named)],
      declared: Object.keys(body.components.securitySchemes as object),
    }
  }
  for (const { name, url } of shop.services) {
    const { named, declared } = await schemesOf(url)
    expect(declared, name).toEqual(expect.arrayContaining(named))
  }
  expect(await schemesOf(shop.url)).toEqual({ named: ['bearer'], declared: ['bearer'] })
})

interface Secured {
  security?: readonly object[]
}
