import type { Hono } from 'hono'
import type { AppEnv } from '../shared/http/http.ts'
import { describe } from '../shared/http/openapi.ts'
import { LINK_HEADER, PageQuery, setNextLink } from '../shared/http/page.ts'
import { answers, body, params, query } from '../shared/http/validation.ts'
import type { ProductsApp } from './app.ts'
import {
  createCategory,
  deleteCategory,
  findCategory,
  listCategories,
  updateCategory,
} from './categories.ts'
import {
  Categories,
  CategoryCreate,
  CategoryId,
  CategoryResponse,
  CategoryUpdate,
  Message,
} from './schemas.ts'

/** The paths under `/categories`. */
export function addCategories(app: Hono<AppEnv>, deps: ProductsApp): Hono<AppEnv> {
  const { database, auth } = deps
  const admin = auth.requireRole('admin')
  return app
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
