import type { Database, Statement } from '../shared/database/database.ts'
import { EVENTS } from '../shared/event-data.ts'
import { type Idempotency, rememberSql } from '../shared/http/idempotency.ts'
import { currentRequest } from '../shared/http/request-context.ts'
import { decimalText, instantText, placedOrderJson } from './order-json.ts'
import { type PricedLine, totalCents } from './price-lines.ts'

export interface NewOrder {
  key: Idempotency
  userId: string
  currency: string
  lines: readonly PricedLine[]
  /** How long it waits to be paid. */
  minutes: number
  /** Until when inventory holds the stock. */
  reservedUntil: string
}

/** The order ends at least so long before its reservation, so that a payment of the last minute finds its stock. */
const RESERVED_LONGER = `interval '5 min'`

/**
 * The order, its items, its history, its event and the answer under the idempotency key: one statement, so one round
 * trip and one transaction. No row comes back when the order is there already, or when its reservation ends too soon:
 * run again it changes nothing.
 */
const PLACE: Statement = {
  name: 'place-order',
  storesEvents: true,
  text: `
    with terms as (
      select least(now() + $4 * interval '1 min', $5::timestamptz - ${RESERVED_LONGER}) as expires_at
    ), placed as (
      insert into orders (id, user_id, status, total_cents, currency, expires_at, stock_lost, created_at, updated_at)
      select $1, $2, 'pending', $3, $6, expires_at, false, now(), now()
      from terms where expires_at >= now() + interval '1 min'
      on conflict (id) do nothing
      returning *
    ), items as (
      insert into order_items (order_id, line, product_id, product_name, quantity, unit_price_cents)
      select placed.id, line, product_id, product_name, quantity, unit_price_cents
      from placed, unnest($7::uuid[], $8::text[], $9::integer[], $10::integer[])
        with ordinality as given (product_id, product_name, quantity, unit_price_cents, line)
    ), step as (
      insert into order_steps (order_id, step, status, at, cause, actor_id)
      select id, 'placed', status, created_at, 'buyer', user_id from placed
    ), event as (
      select store_event('order:' || id,
        jsonb_set($11, '{data,expires_at}', to_jsonb(${instantText('expires_at')}))) from placed
    ), answer as (
      select ${placedOrderJson('$12::text')} as json from placed as orders
    ), remembered as (
      ${rememberSql(13, 201, 'select json from answer')}
    )
    select json from answer, event`,
}

/** @returns the answer as JSON text; undefined when it is there already or its reservation ends too soon */
export async function storeOrder(database: Database, order: NewOrder): Promise<string | undefined> {
  const { key, userId, currency, lines } = order
  const total = totalCents(lines)
  const rows = await database.rows<{ json: string }>(PLACE, [
    key.id,
    userId,
    total,
    order.minutes,
    order.reservedUntil,
    currency,
    lines.map(({ productId }) => productId),
    lines.map(({ productName }) => productName),
    lines.map(({ quantity }) => quantity),
    lines.map(({ unitPriceCents }) => unitPriceCents),
    JSON.stringify(placedEvent(order, total)),
    lines.map(itemText).join(','),
    ...key.columns,
  ])
  return rows[0]?.json
}

const placedEvent = ({ key, userId, currency, lines }: NewOrder, total: number) => ({
  type: 'order.placed',
  version: EVENTS['order.placed'].version,
  traceparent: currentRequest()?.traceparent ?? null,
  subject: { type: 'order', id: key.id },
  data: {
    order_id: key.id,
    user_id: userId,
    items: lines.map(line => ({
      product_id: line.productId,
      product_name: line.productName,
      quantity: line.quantity,
      unit_price_cents: line.unitPriceCents,
    })),
    total_cents: total,
    currency,
  },
})

const itemText = ({ productId, productName, quantity, unitPriceCents }: PricedLine): string =>
  `{"product_id":"${productId}","product_name":${JSON.stringify(productName)},"quantity":${quantity},"unit_price":${decimalText(unitPriceCents)},"total_price":${decimalText(unitPriceCents * quantity)}}`
