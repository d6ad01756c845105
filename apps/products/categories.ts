import type { EntityManager } from '@mikro-orm/postgresql'
import { z } from 'zod'
import type { Database } from '../shared/database/database.ts'
import { isDuplicate, isForeignKeyMissing } from '../shared/database/database-errors.ts'
import { AppError, notFound } from '../shared/http/errors.ts'
import { decodeCursor, type Page, pageOf, type PageQuery } from '../shared/http/page.ts'
import { storable } from '../shared/http/validation.ts'
import { type Category, CategoryEntity, changeCategory, newCategory } from './category.ts'
import type { CategoryCreate, CategoryUpdate, CategoryView, MessageView } from './schemas.ts'

const Position = z.tuple([storable.max(200), z.uuid()])

const viewOf = (category: Category): CategoryView => ({
  id: category.id,
  name: category.name,
  description: category.description,
  created_at: category.createdAt.toISOString(),
})

const behind = ([name, id]: z.output<typeof Position>) => ({
  $or: [{ name: { $gt: name } }, { name, id: { $gt: id } }],
})

/** By name. */
export async function listCategories(
  database: Database,
  { skip, limit, after }: z.output<typeof PageQuery>,
): Promise<Page<CategoryView>> {
  const categories = await database.transaction(em =>
    em.find(CategoryEntity, after === undefined ? {} : behind(decodeCursor(after, Position)), {
      orderBy: { name: 'asc', id: 'asc' },
      limit: limit + 1,
      offset: after === undefined ? skip : 0,
    }),
  )
  return pageOf(categories, limit, viewOf, category => [category.name, category.id])
}

/** @throws {AppError} 404 */
export const findCategory = (database: Database, id: string): Promise<CategoryView> =>
  database.transaction(async em => viewOf(await categoryById(em, id)))

/** @throws {AppError} 409 when the name is taken */
export const createCategory = (
  database: Database,
  given: z.output<typeof CategoryCreate>,
): Promise<CategoryView> =>
  withFreeName(given.name, () =>
    database.transaction(async em => viewOf(em.create(CategoryEntity, newCategory(given)))),
  )

/** @throws {AppError} 404, 409 when the name is taken */
export const updateCategory = (
  database: Database,
  id: string,
  given: z.output<typeof CategoryUpdate>,
): Promise<CategoryView> =>
  withFreeName(given.name, () =>
    database.transaction(async em => {
      const category = await categoryById(em, id)
      changeCategory(category, given)
      return viewOf(category)
    }),
  )

/** @throws {AppError} 404, 409 while it has products, deleted ones included */
export async function deleteCategory(database: Database, id: string): Promise<MessageView> {
  try {
    await database.transaction(async em => void em.remove(await categoryById(em, id)))
  } catch (error) {
    if (isForeignKeyMissing(error, 'products_category_fkey'))
      throw new AppError(
        'category_in_use',
        409,
        'The category still has products (deleted ones count); move them to another one first',
        { cause: error },
      )
    throw error
  }
  return { message: 'Category deleted successfully' }
}

async function categoryById(em: EntityManager, id: string): Promise<Category> {
  const category = await em.findOne(CategoryEntity, { id })
  if (!category) throw notFound('Category')
  return category
}

async function withFreeName<T>(name: string | undefined, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (isDuplicate(error, 'categories_name_key'))
      throw new AppError('category_name_taken', 409, `A category named "${name}" exists`, {
        cause: error,
      })
    throw error
  }
}
