-- Ends a reservation. `wanted`:
--   released: an order that came to nothing gives back what it holds.
--   consumed: a paid order takes what it holds or, when it holds nothing any more, what is available of `paid_items`;
--             if that is not enough, nothing, and reservation.lost is published.
--   refunded: an order that was never shipped gives back what it took. Final: it is never paid afterwards, even if that
--             event comes later.
-- An order without a reservation gets one that has ended: a request to reserve that comes late then takes nothing.
-- Returns {status}, with {shortages} of one that is lost now; null: there is nothing that could be consumed.
create function settle(of_order uuid, wanted text, paid_items jsonb, low_at integer, traceparent text) returns jsonb
language plpgsql as $$
declare
  present reservations;
  taken jsonb;
  before stock[];
  short jsonb;
begin
  if wanted = 'consumed' and paid_items is null
    and not exists (select from reservations where order_id = of_order and items <> '[]') then return null;
  end if;
  insert into reservations (order_id, status, items)
  select of_order, 'released', '[]' where not exists (select from reservations where order_id = of_order)
  on conflict do nothing;
  select * into strict present from reservations where order_id = of_order for update;
  taken := present.items;
  if wanted = 'released' and present.status = 'held' then
    before := lock_stock(products_of(taken));
    perform move_stock(taken, 'release', 0, -1, of_order);
  elsif wanted = 'consumed' and present.status = 'held' then
    before := lock_stock(products_of(taken));
    perform move_stock(taken, 'consume', -1, -1, of_order);
  elsif wanted = 'consumed' and present.status in ('released', 'expired') then
    taken := coalesce(paid_items, present.items);
    before := lock_stock(products_of(taken));
    short := shortages_of(taken, true);
    if short is null then
      perform move_stock(taken, 'consume', -1, 0, of_order);
    else
      wanted := 'lost';
    end if;
  elsif wanted = 'refunded' and present.status = 'consumed' then
    before := lock_stock(products_of(taken));
    perform move_stock(taken, 'restock', 1, 0, of_order);
  elsif wanted = 'refunded' and present.status = 'held' then
    before := lock_stock(products_of(taken));
    perform move_stock(taken, 'release', 0, -1, of_order);
  elsif wanted <> 'refunded' or present.status = 'refunded' then
    return jsonb_build_object('status', present.status);
  end if;
  update reservations set status = wanted, items = taken, updated_at = now() where order_id = of_order;
  perform publish_stock(before, low_at, traceparent);
  if short is not null then
    perform store_event('reservation:' || of_order, jsonb_build_object(
      'type', 'reservation.lost',
      'version', 1,
      'traceparent', traceparent,
      'subject', jsonb_build_object('type', 'reservation', 'id', of_order),
      'data', jsonb_build_object('order_id', of_order, 'shortages', short)));
  end if;
  return jsonb_strip_nulls(jsonb_build_object('status', wanted, 'shortages', short));
end $$;

-- Gives back what reservations hold whose time is over, of at most so many. What another instance is at is left to it.
create function expire_reservations(at_most integer, low_at integer) returns integer language plpgsql as $$
declare
  due reservations[] := array(
    select reservation from reservations reservation where status = 'held' and expires_at < now()
    order by expires_at limit at_most for update skip locked);
  ended reservations;
  before stock[];
begin
  before := lock_stock(array(select distinct unnest(products_of(items)) from unnest(due)));
  foreach ended in array due loop
    perform move_stock(ended.items, 'expiry', 0, -1, ended.order_id);
  end loop;
  update reservations set status = 'expired', updated_at = now()
  where order_id in (select order_id from unnest(due));
  perform publish_stock(before, low_at, null);
  return cardinality(due);
end $$;
