import type { Hono } from 'hono'
import type { Auth } from '../shared/auth.ts'
import type { Cache } from '../shared/cache.ts'
import type { Database } from '../shared/database.ts'
import { etagOf } from '../shared/etag.ts'
import { type AppEnv, service } from '../shared/http.ts'
import type { Log } from '../shared/log.ts'
import { describe } from '../shared/openapi.ts'
import { LINK_HEADER, nextLink, PageQuery, setNextLink } from '../shared/page.ts'
import { answers, body, params, query } from '../shared/validation.ts'
import {
  createCategory,
  deleteCategory,
  findCategory,
  listCategories,
  updateCategory,
} from './categories.ts'
import { findProduct } from './find-product.ts'
import { listProducts } from './list-products.ts'
import {
  Categories,
  CategoryCreate,
  CategoryId,
  CategoryResponse,
  CategoryUpdate,
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
  cache: Cache
  auth: Auth
  log: Log
  publicMaxAgeSeconds: number
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

/** Every path of the products service. */
export function createApp(deps: ProductsApp): Hono<AppEnv> {
  const { database, auth } = deps
  const anyone = auth.optionalUser()
  const admin = auth.requireRole('admin')
  // What a token's holder is sent may be more than others may see: no shared cache keeps it.
  const maxAgeFor = (caller: unknown) => (caller ? undefined : deps.publicMaxAgeSeconds)

  return service(deps.log, deps.corsOrigins)
    .post(
      '/products',
      describe('Create a product (admin)', { 400: 'Category not found, or the body is not JSON' }),
      admin,
      body(ProductCreate),
      answers(201, ProductResponse, { headers: ETAG }),
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
      answers(200, Products, { headers: { ...LINK_HEADER, ...ETAG } }),
      async c => {
        const { json, next } = await listProducts(database, c.req.valid('query'))
        const headers = nextLink(c.req.url, next)
        return sendJson(c, {
          json,
          etag: etagOf(json),
          maxAgeSeconds: maxAgeFor(c.var.caller),
          headers,
        })
      },
    )
    .get(
      '/products/:product_id',
      describe('A product', { 304: 'Not changed since If-None-Match', 404: 'Product not found' }),
      anyone,
      params(ProductId),
      answers(200, ProductResponse, { headers: ETAG }),
      async c => {
        const { caller } = c.var
        const product = await findProduct(
          deps,
          c.req.valid('param').product_id,
          caller?.role === 'admin',
        )
        return sendJson(c, { ...product, maxAgeSeconds: maxAgeFor(caller) })
      },
    )
    .put(
      '/products/:product_id',
      describe(
        'Change the fields that are sent (admin)',
        {
          400: 'Category not found, or the body is not JSON',
          404: 'Product not found',
          412: 'If-Match does not hold',
        },
        IF_MATCH,
      ),
      admin,
      params(ProductId),
      body(ProductUpdate),
      answers(200, ProductResponse, { headers: ETAG }),
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
    .get(
      '/categories',
      describe('List categories by name'),
      query(PageQuery),
      answers(200, Categories, { headers: LINK_HEADER }),
      async c => {
        const page = await listCategories(database, c.req.valid('query'))
        setNextLink(c, page.next)
        c.header('Cache-Control', `public, max-age=${deps.publicMaxAgeSeconds}`)
        return c.var.answer(page.items)
      },
    )
    .post(
      '/categories',
      describe('Create a category (admin)', { 409: 'The name is taken' }),
      admin,
      body(CategoryCreate),
      answers(201, CategoryResponse),
      async c => c.var.answer(await createCategory(database, c.req.valid('json'))),
    )
    .get(
      '/categories/:category_id',
      describe('A category', { 404: 'Category not found' }),
      params(CategoryId),
      answers(200, CategoryResponse),
      async c => c.var.answer(await findCategory(database, c.req.valid('param').category_id)),
    )
    .put(
      '/categories/:category_id',
      describe('Change the fields that are sent (admin)', {
        404: 'Category not found',
        409: 'The name is taken',
      }),
      admin,
      params(CategoryId),
      body(CategoryUpdate),
      answers(200, CategoryResponse),
      async c =>
        c.var.answer(
          await updateCategory(database, c.req.valid('param').category_id, c.req.valid('json')),
        ),
    )
    .delete(
      '/categories/:category_id',
      describe('Delete a category (admin)', {
        404: 'Category not found',
        409: 'It still has products',
      }),
      admin,
      params(CategoryId),
      answers(200, Message),
      async c => c.var.answer(await deleteCategory(database, c.req.valid('param').category_id)),
    )
}
