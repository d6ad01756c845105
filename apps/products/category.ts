import { randomUUID } from 'node:crypto'
import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { z } from 'zod'
import type { CategoryCreate, CategoryUpdate } from './schemas.ts'

export const CategoryEntity = defineEntity({
  name: 'Category',
  tableName: 'categories',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    description: p.text(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
})

export type Category = InferEntity<typeof CategoryEntity>

export function newCategory({ name, description }: z.output<typeof CategoryCreate>) {
  const now = new Date()
  return { id: randomUUID(), name, description, createdAt: now, updatedAt: now }
}

export function changeCategory(category: Category, given: z.output<typeof CategoryUpdate>): void {
  category.name = given.name ?? category.name
  category.description = given.description ?? category.description
  category.updatedAt = new Date()
}
