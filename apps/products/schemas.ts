import { z } from 'zod'
import { MAX_CENTS, Money } from '../shared/money.ts'
import { PageQuery } from '../shared/http/page.ts'
import { storable, whenGiven } from '../shared/http/validation.ts'
import { SORTS } from './sort.ts'

const MAX_STOCK = 1_000_000_000

const text = (max: number) => storable.max(max, `must have at most ${max} characters`)
const Name = text(200).trim().min(1, 'must not be empty')
const Description = text(10_000)
const stockError = `must be a whole number from 0 to ${MAX_STOCK}`
const Stock = z.int(stockError).min(0, stockError).max(MAX_STOCK, stockError)
const Id = z.uuid({ error: whenGiven('must be a UUID') })

export const ProductCreate = z
  .object({
    name: Name,
    description: Description.default(''),
    price: Money,
    category_id: Id,
    stock_quantity: Stock.default(0),
  })
  .meta({
    id: 'ProductCreate',
    examples: [
      {
        name: 'Walnut Desk',
        description: 'A desk of oiled walnut, 160 x 80 cm',
        price: 429.5,
        category_id: 'b4b5c9f4-2f0b-4a55-9a0b-2b1f1f0b7c11',
        stock_quantity: 12,
      },
    ],
  })

export const ProductUpdate = z
  .object({
    name: Name,
    description: Description,
    price: Money,
    category_id: Id,
    stock_quantity: Stock,
    is_active: z.boolean(),
  })
  .partial()
  .meta({ id: 'ProductUpdate', examples: [{ price: 399 }] })

export const ProductResponse = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    price: z.number(),
    category_id: z.uuid(),
    stock_quantity: z.int(),
    is_active: z.boolean(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({
    id: 'ProductResponse',
    examples: [
      {
        id: '0b9f1f3a-6c0e-4b39-8a51-8c2b6a1d9e10',
        name: 'Walnut Desk',
        description: 'A desk of oiled walnut, 160 x 80 cm',
        price: 429.5,
        category_id: 'b4b5c9f4-2f0b-4a55-9a0b-2b1f1f0b7c11',
        stock_quantity: 12,
        is_active: true,
        created_at: '2026-11-22T12:00:00.000Z',
        updated_at: '2026-11-22T12:00:00.000Z',
      },
    ],
  })
export const Products = z.array(ProductResponse)

export const ProductId = z.object({ product_id: Id })

// "12.345" would find nothing or too much; it is refused as it is in a body.
const priceText = z
  .string()
  .regex(
    /^\d{1,7}(\.\d{1,2})?$/,
    'must be a number from 0 to 9999999.99 with at most 2 decimal places',
  )
  .transform(Number)
  .meta({ type: 'number', minimum: 0, maximum: MAX_CENTS / 100 })

export const ProductList = PageQuery.extend({
  category_id: Id.optional(),
  search: text(200).optional().describe('Substring of name or description, in any case'),
  min_price: priceText.optional(),
  max_price: priceText.optional(),
  sort: z.enum(SORTS).default('-created_at').describe('A leading - means descending'),
})

export const CategoryCreate = z
  .object({ name: Name, description: Description.default('') })
  .meta({ id: 'CategoryCreate', examples: [{ name: 'Desks', description: 'To work at' }] })

export const CategoryUpdate = z
  .object({ name: Name, description: Description })
  .partial()
  .meta({ id: 'CategoryUpdate', examples: [{ name: 'Desks' }] })

export const CategoryResponse = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'CategoryResponse' })
export const Categories = z.array(CategoryResponse)

export const CategoryId = z.object({ category_id: Id })

export const Message = z.object({ message: z.string() }).meta({ id: 'Message' })

export type CategoryView = z.input<typeof CategoryResponse>
export type MessageView = z.input<typeof Message>
