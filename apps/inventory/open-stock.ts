import type { EntityManager } from '@mikro-orm/postgresql'
import { currentRequest } from '../shared/http/request-context.ts'
import { storesEvents } from '../shared/events/stored-events.ts'

/** Counts a new product's opening stock, once, whatever happened to the product before. */
export async function openStock(
  em: EntityManager,
  productId: string,
  quantity: number,
  lowStockAt: number,
): Promise<void> {
  storesEvents(em)
  await em.execute('select open_stock(?, ?, ?, ?)', [
    ...[productId, quantity, lowStockAt, currentRequest()?.traceparent ?? null],
  ])
}

/** Whether orders may reserve the product. It may be told before the opening stock. */
export async function setSold(
  em: EntityManager,
  productId: string,
  isSold: boolean,
): Promise<void> {
  await em.execute(
    `insert into stock (product_id, on_hand, reserved, is_sold) values (?, 0, 0, ?)
     on conflict (product_id) do update set is_sold = excluded.is_sold`,
    [productId, isSold],
  )
}
