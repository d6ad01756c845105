/** A point in time as it goes on the wire. */
export const instantText = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const decimal = (cents: string): string => `trim_scale(${cents}::numeric / 100)`

/** A sum of cents as JSON has it, the same as `decimal` in SQL. */
export const decimalText = (cents: number): string => String(cents / 100)

const ITEMS = `(
  select string_agg(format(
    '{"product_id":"%s","product_name":%s,"quantity":%s,"unit_price":%s,"total_price":%s}',
    product_id, to_json(product_name), quantity, ${decimal('unit_price_cents')},
    ${decimal('(unit_price_cents::bigint * quantity)')}), ',' order by line)
  from order_items where order_id = orders.id)`

const HISTORY = `(
  select string_agg(format(
    '{"step":"%s","status":"%s","at":"%s","cause":"%s","actor_id":%s,"event_id":%s,"payment_id":%s,"reason":%s}',
    step, status, ${instantText('at')}, cause,
    coalesce(to_json(actor_id), 'null'), coalesce(to_json(event_id), 'null'),
    coalesce(to_json(payment_id), 'null'), coalesce(to_json(reason), 'null')), ',' order by id)
  from order_steps where order_id = orders.id)`

/**
 * An order as the text that goes on the wire, made by PostgreSQL. Keys and formats are those of `OrderResponse` and
 * `OrderDetails`; tests hold them together. Reads from a row that is called `orders`.
 * @param items SQL of the items' text, with commas between them
 */
const orderText = (items: string, more: string): string => `format(
  '{"id":"%s","user_id":"%s","status":"%s","items":[%s],"total_amount":%s,"currency":"%s","expires_at":"%s","created_at":"%s","updated_at":"%s"${more === '' ? '' : ',"history":[%s]'}}',
  orders.id, orders.user_id, orders.status, ${items}, ${decimal('orders.total_cents')}, orders.currency,
  ${instantText('orders.expires_at')}, ${instantText('orders.created_at')}, ${instantText('orders.updated_at')}
  ${more === '' ? '' : `, ${more}`})`

export const ORDER_JSON = orderText(ITEMS, '')
export const ORDER_DETAILS_JSON = orderText(ITEMS, HISTORY)

/** Of an order whose items are not in the table yet: they are handed over as text. */
export const placedOrderJson = (itemsParameter: string): string => orderText(itemsParameter, '')
