import type { Database, Statement } from '../shared/database/database.ts'
import { notFound } from '../shared/http/errors.ts'
import type { StockView } from './schemas.ts'

const BY_PRODUCT: Statement = {
  name: 'stock-by-product',
  text: 'select product_id, on_hand, reserved, on_hand - reserved as available from stock where product_id = $1',
}

/**
 * Not cached: who asks here wants the figures of this moment, which change with every order; products keeps what is
 * available, cached, for everybody else.
 * @throws {AppError} 404
 */
export async function findStock(database: Database, productId: string): Promise<StockView> {
  const [stock] = await database.rows<StockView>(BY_PRODUCT, [productId])
  if (!stock) throw notFound('Product')
  return stock
}
