/**
 * A product as the text that goes on the wire, made by PostgreSQL: the hot paths send it as it is. The keys and formats
 * are those of `ProductResponse`; a test holds the two together.
 */
export const PRODUCT_JSON = `(select row_to_json(wire) from (select
  id,
  name,
  description,
  trim_scale(price_cents::numeric / 100) as price,
  category_id,
  stock_quantity,
  is_active,
  to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at,
  to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as updated_at
) wire)::text`
