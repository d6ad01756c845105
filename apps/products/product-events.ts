import type { EventData, NewEvent } from '../shared/events/events.ts'
import type { Product } from './product.ts'

const dataOf = (product: Product, currency: string): EventData<'product.changed'> => ({
  product_id: product.id,
  name: product.name,
  price_cents: product.priceCents,
  currency,
  category_id: product.categoryId,
  is_active: product.isActive,
})

/** Its stock is the opening stock: from then on inventory says how much there is. */
export const productCreated = (
  product: Product,
  currency: string,
): NewEvent<'product.created'> => ({
  type: 'product.created',
  subjectId: product.id,
  data: { ...dataOf(product, currency), stock_quantity: product.stockQuantity },
})

export const productChanged = (
  product: Product,
  currency: string,
): NewEvent<'product.changed'> => ({
  type: 'product.changed',
  subjectId: product.id,
  data: dataOf(product, currency),
})

export const productDeleted = ({ id }: Product): NewEvent<'product.deleted'> => ({
  type: 'product.deleted',
  subjectId: id,
  data: { product_id: id },
})
