import type { z } from 'zod'
import { documentedAnswers } from '../shared/testing/documented-answers.ts'
import { testDatabase, type TestDatabase } from '../shared/testing/test-database.ts'
import { testIssuer, type TestIssuer } from '../shared/testing/test-issuer.ts'
import { type Answer, startTestService, type TestService } from '../shared/testing/test-service.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import type { ProductCreate } from './schemas.ts'
import { start } from './start.ts'

export const SERVICE_TOKEN = 'a-token-that-only-services-know-of-it'

/** A service with its database, and somebody who signs tokens for it. */
export interface Shop {
  products: TestService
  database: TestDatabase
  issuer: TestIssuer
  /** Tokens. */
  admin: string
  buyer: string
  /** A category to put products in. */
  categoryId: string
  close: () => Promise<void>
}

export async function openShop(): Promise<Shop> {
  const [database, issuer] = await Promise.all([testDatabase('products', MIGRATIONS), testIssuer()])
  const products = await startProducts(database, issuer)
  const admin = await issuer.token('admin')
  const { body } = await products.call('/categories', {
    json: { name: 'Everything' },
    token: admin,
  })
  return {
    ...{ products, database, issuer, admin, categoryId: body.id },
    buyer: await issuer.token('buyer'),
    close: async () => {
      await products.stop()
      await Promise.all([issuer.close(), database.close()])
    },
  }
}

/** One more instance on the same database. */
export async function startProducts(
  database: TestDatabase,
  issuer: TestIssuer,
  redisUrl?: string,
): Promise<TestService> {
  return documentedAnswers(
    await startTestService(manifest, start, {
      database: { url: database.url, poolSize: 5 },
      cache: redisUrl === undefined ? {} : { url: redisUrl },
      tokens: { jwksUrl: issuer.jwksUrl },
      callers: { token: SERVICE_TOKEN },
      calls: {},
      settings: {},
      secrets: {},
    }),
  )
}

/** Fields of a product; tests of bad input put anything in them. */
type Given = Partial<Record<keyof z.input<typeof ProductCreate>, unknown>>

export const create = ({ products, admin, categoryId }: Shop, given: Given = {}): Promise<Answer> =>
  products.call('/products', {
    json: { name: 'Walnut Desk', price: 429.5, category_id: categoryId, ...given },
    token: admin,
  })

/** A product that is there. */
export async function newProduct(shop: Shop, given: Given = {}): Promise<Answer['body']> {
  const { status, body } = await create(shop, given)
  if (status !== 201) throw new Error(`${status}: ${JSON.stringify(body)}`)
  return body
}

export const change = (
  { products, admin }: Shop,
  id: string,
  json: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  products.call(`/products/${id}`, { method: 'PUT', json, token: admin, headers })

export const remove = (
  { products, admin }: Shop,
  id: string,
  headers: Record<string, string> = {},
): Promise<Answer> => products.call(`/products/${id}`, { method: 'DELETE', token: admin, headers })

export const idsOf = ({ body }: Answer): string[] => body.map((item: { id: string }) => item.id)

/** Where the Link header leads, as a client uses it. */
export const nextOf = ({ headers }: Answer): string | undefined =>
  /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]

/** Ids of all pages, in order. `between` runs after each page. */
export async function walk(
  products: TestService,
  path: string,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<string[]> {
  const seen: string[] = []
  for (let next: string | undefined = path; next !== undefined;) {
    const page = await products.call(next)
    if (page.status !== 200) throw new Error(`${next}: ${JSON.stringify(page.body)}`)
    seen.push(...idsOf(page))
    next = nextOf(page)
    await between()
  }
  return seen
}
