import { LockMode } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'
import type { z } from 'zod'
import type { Cache } from '../shared/cache/cache.ts'
import type { Database } from '../shared/database/database.ts'
import { isForeignKeyMissing } from '../shared/database/database-errors.ts'
import { AppError, notFound } from '../shared/http/errors.ts'
import { requireMatch } from '../shared/http/etag.ts'
import { publish } from '../shared/events/outbox.ts'
import { type EntryOf, type ProductText, productOf } from './find-product.ts'
import { change, newProduct, type Product, ProductEntity, withdraw } from './product.ts'
import { productChanged, productCreated, productDeleted } from './product-events.ts'
import type { MessageView, ProductCreate, ProductUpdate } from './schemas.ts'

interface Deps {
  database: Database
  cache: Pick<Cache<unknown>, 'invalidate'>
  entryOf: EntryOf
  currency: string
}

/** @throws {AppError} 400 for an unknown category */
export async function createProduct(
  { database, entryOf, currency }: Deps,
  given: z.output<typeof ProductCreate>,
): Promise<ProductText & { id: string }> {
  const product = newProduct(given)
  await withKnownCategory(() =>
    database.transaction(async em => {
      em.create(ProductEntity, product)
      await publish(em, productCreated(product, currency))
    }),
  )
  return { id: product.id, ...(await written(entryOf, product.id)) }
}

/** @param ifMatch ETag that the product must still have @throws {AppError} 400, 404, 409, 412 */
export async function updateProduct(
  { database, cache, entryOf, currency }: Deps,
  id: string,
  given: z.output<typeof ProductUpdate>,
  ifMatch: string | undefined,
): Promise<ProductText> {
  await withKnownCategory(() =>
    database.transaction(async em => {
      const product = await lockedProduct(em, id, ifMatch)
      change(product, given)
      await publish(em, productChanged(product, currency))
    }),
  )
  await cache.invalidate([id.toLowerCase()])
  return written(entryOf, id)
}

/** @throws {AppError} 404, 412 */
export async function deleteProduct(
  { database, cache }: Deps,
  id: string,
  ifMatch: string | undefined,
): Promise<MessageView> {
  await database.transaction(async em => {
    const product = await lockedProduct(em, id, ifMatch)
    withdraw(product)
    await publish(em, productDeleted(product))
  })
  await cache.invalidate([id.toLowerCase()])
  return { message: 'Product deleted successfully' }
}

async function lockedProduct(
  em: EntityManager,
  id: string,
  ifMatch: string | undefined,
): Promise<Product> {
  const product = await em.findOne(ProductEntity, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE })
  if (!product) throw notFound('Product')
  requireMatch(ifMatch, `"${product.version}"`)
  return product
}

async function written(entryOf: EntryOf, id: string): Promise<ProductText> {
  const entry = await entryOf(id.toLowerCase())
  if (entry === undefined) throw new Error(`product ${id} was written and is not there`)
  return productOf(entry)
}

async function withKnownCategory(write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (isForeignKeyMissing(error, 'products_category_fkey'))
      throw new AppError('category_not_found', 400, 'Category not found', { cause: error })
    throw error
  }
}
