import type { z } from 'zod'
import { AppError, invalid } from '../shared/http/errors.ts'
import { fromCents, toCents } from '../shared/money.ts'
import type { ProductAnswer } from './products-client.ts'
import { MAX_QUANTITY, type OrderCreate } from './schemas.ts'

/** One product of an order, whatever number of lines it was sent as. */
export interface WantedLine {
  productId: string
  quantity: number
  /** Prices that the client believes in. */
  believedCents: readonly number[]
}

export interface PricedLine {
  productId: string
  productName: string
  quantity: number
  unitPriceCents: number
}

type Items = z.output<typeof OrderCreate>['items']

/** Lines of the same product become one. @throws {AppError} 422 when that is more than an order may have of one product */
export function mergeLines(items: Items): WantedLine[] {
  const lines = new Map<string, WantedLine>()
  for (const { product_id: productId, quantity, unit_price } of items) {
    const before = lines.get(productId)
    lines.set(productId, {
      productId,
      quantity: (before?.quantity ?? 0) + quantity,
      believedCents: [
        ...(before?.believedCents ?? []),
        ...(unit_price === undefined ? [] : [toCents(unit_price)]),
      ],
    })
  }
  const tooMany = [...lines.values()].filter(({ quantity }) => quantity > MAX_QUANTITY)
  if (tooMany.length > 0)
    throw invalid(
      tooMany.map(({ productId, quantity }) => ({
        location: 'body',
        field: 'items',
        message: `has ${quantity} of product ${productId}; at most ${MAX_QUANTITY} are allowed, all lines together`,
      })),
    )
  return [...lines.values()]
}

/**
 * Gives each line name and price of its product.
 * @throws {AppError} 400 naming products that can't be ordered, 409 naming prices that are not what the client believes
 * @throws Error when a product is not priced in the currency of the orders
 */
export function priceLines(
  wanted: readonly WantedLine[],
  products: readonly ProductAnswer[],
  currency: string,
): PricedLine[] {
  const known = new Map(
    products.filter(({ is_active }) => is_active).map(product => [product.product_id, product]),
  )
  const missing = wanted.filter(({ productId }) => !known.has(productId))
  if (missing.length > 0) throw unknownProducts(missing.map(({ productId }) => productId))
  const lines = wanted.flatMap(line => {
    const product = known.get(line.productId)
    return product === undefined ? [] : [{ line, product }]
  })
  for (const { product } of lines)
    if (product.currency !== currency)
      throw new Error(
        `products has prices in ${product.currency}, orders in ${currency}: set both services' setting "currency" to one of them`,
      )
  const changed = lines.filter(({ line, product }) =>
    line.believedCents.some(cents => cents !== product.price_cents),
  )
  if (changed.length > 0) throw changedPrices(changed)
  return lines.map(({ line, product }) => ({
    productId: line.productId,
    productName: product.name,
    quantity: line.quantity,
    unitPriceCents: product.price_cents,
  }))
}

export const totalCents = (lines: readonly PricedLine[]): number =>
  lines.reduce((sum, { quantity, unitPriceCents }) => sum + quantity * unitPriceCents, 0)

const unknownProducts = (productIds: readonly string[]): AppError =>
  new AppError('product_not_found', 400, `Product not found: ${productIds.join(', ')}`, {
    extensions: { product_ids: productIds },
  })

interface Changed {
  line: WantedLine
  product: ProductAnswer
}

function changedPrices(changed: readonly Changed[]): AppError {
  const prices = changed.map(({ line, product }) => ({
    product_id: line.productId,
    unit_price: fromCents(line.believedCents.find(cents => cents !== product.price_cents) ?? 0),
    current_unit_price: fromCents(product.price_cents),
    currency: product.currency,
  }))
  const sentence = changed
    .map(({ product }, index) => {
      const { unit_price, current_unit_price } = prices[index] ?? {}
      return `"${product.name}" costs ${current_unit_price} ${product.currency}, not ${unit_price}`
    })
    .join('; ')
  return new AppError(
    'price_changed',
    409,
    `${sentence}. Show the buyer the new price and send it`,
    {
      extensions: { prices },
    },
  )
}
