import type { Hono } from 'hono'
import type { Auth } from '../shared/auth/auth.ts'
import type { Cache } from '../shared/cache/cache.ts'
import type { Database } from '../shared/database/database.ts'
import { type AppEnv, service } from '../shared/http/http.ts'
import type { Log } from '../shared/process/log.ts'
import { describe } from '../shared/http/openapi.ts'
import { LINK_HEADER, nextLink } from '../shared/http/page.ts'
import { withShortcut } from '../shared/http/shortcut.ts'
import {
  answers,
  body,
  documentsAnswer,
  documentsParams,
  params,
  query,
  uuidParam,
} from '../shared/http/validation.ts'
import { addCategories } from './category-routes.ts'
import { entriesOf, findProduct, type KnownProduct } from './find-product.ts'
import { hotProduct } from './hot-product.ts'
import { addInternal } from './internal-routes.ts'
import { productLists } from './list-products.ts'
import {
  Message,
  ProductCreate,
  ProductId,
  ProductList,
  ProductResponse,
  Products,
  ProductUpdate,
} from './schemas.ts'
import { sendJson } from './send-json.ts'
import { createProduct, deleteProduct, updateProduct } from './write-products.ts'

export interface ProductsApp {
  database: Database
  cache: Cache<KnownProduct>
  auth: Auth
  log: Log
  publicMaxAgeSeconds: number
  /** ISO 4217, of every price. */
  currency: string
  /** What other services prove themselves with. */
  serviceToken: string
  corsOrigins: readonly string[]
}

const ETAG = {
  ETag: { description: 'Version, for If-None-Match and If-Match', schema: { type: 'string' } },
}
const IF_MATCH = {
  parameters: [
    {
      name: 'If-Match',
      in: 'header',
      schema: { type: 'string' },
      description: 'ETag that the product must have',
    },
  ],
} satisfies Parameters<typeof describe>[2]
const JSON_TYPE = { 'Content-Type': 'application/json' }

/** `await` that does not wait for what is there already: a cached answer needs no promise. */
const after = <T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> =>
  value instanceof Promise ? value.then(next) : next(value)

/** Every path of the products service. */
export function createApp(given: ProductsApp): Hono<AppEnv> {
  const deps = { ...given, entryOf: entriesOf(given.database) }
  const { auth } = deps
  const listProducts = productLists(deps.database)
  const anyone = auth.optionalUser()
  const admin = auth.requireRole('admin')
  // What a token's holder is sent may be more than others may see: no shared cache keeps it.
  const maxAgeFor = (caller: unknown) => (caller ? undefined : deps.publicMaxAgeSeconds)

  const app = service(deps.log, deps.corsOrigins)
    .post(
      '/products',
      describe('Create a product (admin)', { 400: 'Category not found, or the body is not JSON' }),
      admin,
      body(ProductCreate),
      documentsAnswer(201, ProductResponse, { headers: ETAG }),
      async c => {
        const { id, etag, json } = await createProduct(deps, c.req.valid('json'))
        return c.body(json, 201, { ...JSON_TYPE, ETag: etag, Location: `/products/${id}` })
      },
    )
    .get(
      '/products',
      describe('List products', { 304: 'Not changed since If-None-Match' }),
      anyone,
      query(ProductList),
      documentsAnswer(200, Products, { headers: { ...LINK_HEADER, ...ETAG } }),
      async c => {
        const caller = await auth.callerIfAny(c)
        const { next, ...page } = await listProducts(c.req.valid('query'))
        const headers = nextLink(c.req.url, next)
        return sendJson(c, { ...page, maxAgeSeconds: maxAgeFor(caller), headers })
      },
    )
    .get(
      '/products/:product_id',
      describe('A product', { 304: 'Not changed since If-None-Match', 404: 'Product not found' }),
      documentsParams(ProductId),
      documentsAnswer(200, ProductResponse, { headers: ETAG }),
      anyone,
      c => {
        const id = uuidParam(c.req.param('product_id'), 'product_id')
        return after(auth.callerIfAny(c), caller =>
          after(findProduct(deps, id, caller?.role === 'admin'), product =>
            sendJson(c, { ...product, maxAgeSeconds: maxAgeFor(caller) }),
          ),
        )
      },
    )
    .put(
      '/products/:product_id',
      describe(
        'Change the fields that are sent (admin)',
        {
          400: 'Category not found, or the body is not JSON',
          404: 'Product not found',
          409: 'stock_quantity is another than the present one: inventory changes it',
          412: 'If-Match does not hold',
        },
        IF_MATCH,
      ),
      admin,
      params(ProductId),
      body(ProductUpdate),
      documentsAnswer(200, ProductResponse, { headers: ETAG }),
      async c => {
        const { product_id } = c.req.valid('param')
        const { etag, json } = await updateProduct(
          deps,
          product_id,
          c.req.valid('json'),
          c.req.header('if-match'),
        )
        return c.body(json, 200, { ...JSON_TYPE, ETag: etag })
      },
    )
    .delete(
      '/products/:product_id',
      describe(
        'Delete a product (admin); it stays visible to admins',
        { 404: 'Product not found', 412: 'If-Match does not hold' },
        IF_MATCH,
      ),
      admin,
      params(ProductId),
      answers(200, Message),
      async c =>
        c.var.answer(
          await deleteProduct(deps, c.req.valid('param').product_id, c.req.header('if-match')),
        ),
    )

  return withShortcut(addInternal(addCategories(app, deps), deps), hotProduct(deps))
}
