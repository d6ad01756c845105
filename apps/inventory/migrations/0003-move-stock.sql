-- Who changes several rows takes their locks in one order, so that no two wait for each other: reservations first,
-- then stock by product, then the events about it. No lock is held across a round trip: one statement does it all.

-- Locks the rows of these products and returns them as they are then.
create function lock_stock(products uuid[]) returns stock[] language sql as $$
  select coalesce(array_agg(present), '{}') from (
    select stock as present from stock where product_id = any(products) order by product_id for no key update
  ) locked
$$;

create function products_of(items jsonb) returns uuid[] language sql immutable as $$
  select array(select distinct (item ->> 'product_id')::uuid from jsonb_array_elements(items) item)
$$;

-- The one place that changes figures. The rows must be locked.
create function move_stock(
  moved jsonb, as_kind text, on_hand_sign integer, reserved_sign integer, for_order uuid, by_adjustment uuid default null
) returns void language sql as $$
  with moves as (
    select product_id, quantity from jsonb_to_recordset(moved) as move(product_id uuid, quantity integer)
  ), noted as (
    insert into ledger (product_id, kind, on_hand_delta, reserved_delta, order_id, adjustment_id)
    select product_id, as_kind, on_hand_sign * quantity, reserved_sign * quantity, for_order, by_adjustment
    from moves order by product_id
  )
  update stock
  set on_hand = on_hand + on_hand_sign * quantity, reserved = reserved + reserved_sign * quantity
  from moves where stock.product_id = moves.product_id
$$;

-- Publishes what has become of rows that lock_stock() returned. Low stock is told when it falls to `low_at` or below.
create function publish_stock(before stock[], low_at integer, traceparent text) returns void language plpgsql as $$
declare
  changed record;
begin
  for changed in
    select now.product_id, now.on_hand, now.reserved, now.on_hand - now.reserved as available,
      was.on_hand - was.reserved as available_before
    from unnest(before) was join stock now using (product_id)
    where (now.on_hand, now.reserved) is distinct from (was.on_hand, was.reserved)
    order by now.product_id
  loop
    perform store_stock_event('stock.changed', changed.product_id, traceparent, jsonb_build_object(
      'on_hand', changed.on_hand, 'reserved', changed.reserved, 'available', changed.available));
    if changed.available_before > low_at and changed.available <= low_at then
      perform store_stock_event('stock.low', changed.product_id, traceparent, jsonb_build_object(
        'available', changed.available, 'threshold', low_at));
    end if;
  end loop;
end $$;

create function store_stock_event(of_type text, product uuid, traceparent text, figures jsonb) returns void
language sql as $$
  select store_event('stock:' || product, jsonb_build_object(
    'type', of_type,
    'version', 1,
    'traceparent', traceparent,
    'subject', jsonb_build_object('type', 'stock', 'id', product),
    'data', figures || jsonb_build_object('product_id', product)))
$$;

-- Opening stock, once per product, added to whatever came before it.
create function open_stock(product uuid, quantity integer, low_at integer, traceparent text) returns void
language plpgsql as $$
declare
  before stock[];
begin
  insert into stock (product_id, on_hand, reserved, is_sold) values (product, 0, 0, true) on conflict do nothing;
  before := lock_stock(array[product]);
  if exists (select from ledger where product_id = product and kind = 'opening') then return; end if;
  perform move_stock(
    jsonb_build_array(jsonb_build_object('product_id', product, 'quantity', quantity)), 'opening', 1, 0, null);
  perform publish_stock(before, low_at, traceparent);
end $$;

-- Null: no such product. `refused`: more would be taken away than nobody holds.
create function adjust_stock(
  adjustment uuid, product uuid, quantity integer, given_reason text, adjuster uuid, most integer, low_at integer,
  traceparent text
) returns jsonb language plpgsql as $$
declare
  before stock[] := lock_stock(array[product]);
  present stock := before[1];
  noted adjustments;
begin
  if cardinality(before) = 0 then return null; end if;
  if present.on_hand - present.reserved + quantity < 0 or present.on_hand::bigint + quantity > most then
    return jsonb_build_object('refused', jsonb_build_object(
      'on_hand', present.on_hand, 'available', present.on_hand - present.reserved));
  end if;
  insert into adjustments (id, product_id, delta, reason, adjusted_by, on_hand, reserved)
  values (adjustment, product, quantity, given_reason, adjuster, present.on_hand + quantity, present.reserved)
  returning * into noted;
  perform move_stock(
    jsonb_build_array(jsonb_build_object('product_id', product, 'quantity', quantity)), 'adjustment', 1, 0, null, adjustment);
  perform publish_stock(before, low_at, traceparent);
  return jsonb_build_object('adjustment', to_jsonb(noted));
end $$;
