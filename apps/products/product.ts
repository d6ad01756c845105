import { randomUUID } from 'node:crypto'
import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { z } from 'zod'
import { AppError } from '../shared/http/errors.ts'
import { toCents } from '../shared/money.ts'
import type { ProductCreate, ProductUpdate } from './schemas.ts'

export const ProductEntity = defineEntity({
  name: 'Product',
  tableName: 'products',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    description: p.text(),
    priceCents: p.integer(),
    categoryId: p.uuid(),
    stockQuantity: p.integer(),
    isActive: p.boolean(),
    isAnnounced: p.boolean(),
    version: p.integer(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
})

export type Product = InferEntity<typeof ProductEntity>

export function newProduct(given: z.output<typeof ProductCreate>) {
  const now = new Date()
  return {
    id: randomUUID(),
    name: given.name,
    description: given.description,
    priceCents: toCents(given.price),
    categoryId: given.category_id,
    stockQuantity: given.stock_quantity,
    isActive: true,
    isAnnounced: true,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
}

/**
 * Changes the fields that are given and leaves the others.
 * @throws {AppError} 409 for another stock than the present one, which inventory alone changes
 */
export function change(product: Product, given: z.output<typeof ProductUpdate>): void {
  requireStock(product, given.stock_quantity)
  product.name = given.name ?? product.name
  product.description = given.description ?? product.description
  product.priceCents = given.price === undefined ? product.priceCents : toCents(given.price)
  product.categoryId = given.category_id ?? product.categoryId
  product.isActive = given.is_active ?? product.isActive
  touch(product)
}

/** Soft: orders go on pointing at it. @throws {AppError} 404 when it is gone already */
export function withdraw(product: Product): void {
  if (!product.isActive) throw new AppError('product_not_found', 404, 'Product not found')
  product.isActive = false
  touch(product)
}

function requireStock({ id, stockQuantity }: Product, given: number | undefined): void {
  if (given === undefined || given === stockQuantity) return
  throw new AppError(
    'stock_is_in_inventory',
    409,
    `stock_quantity is ${stockQuantity}; change it by POST /inventory/${id}/adjustments`,
  )
}

function touch(product: Product): void {
  product.version += 1
  product.updatedAt = new Date()
}
