-- Items that can't be had, with what is available of each; null: all can. What is not sold any more counts as none,
-- unless it was paid for.
create function shortages_of(items jsonb, is_paid boolean) returns jsonb language sql stable as $$
  select jsonb_agg(
    jsonb_build_object('product_id', product_id, 'requested', quantity, 'available', available) order by product_id)
  from (
    select product_id, quantity,
      case when is_sold or is_paid then coalesce(on_hand - reserved, 0) else 0 end as available
    from jsonb_to_recordset(items) as item(product_id uuid, quantity integer) left join stock using (product_id)
  ) asked
  where available < quantity
$$;

-- What a request gets without taking anything, null when it must take. One statement, so one snapshot: an order that
-- has just taken the last piece finds its own reservation and not that nothing is left.
create function reservation_answer(request jsonb) returns jsonb language sql stable as $$
  select case
    when status = 'held' and items = request -> 'items' then jsonb_build_object(
      'held', jsonb_build_object(
        'order_id', order_id,
        'status', status,
        'expires_at', to_char(expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'items', items))
    when status = 'held' then jsonb_build_object('differs', items)
    when status is not null then jsonb_build_object('closed', status)
    when short is not null then jsonb_build_object('short', short)
  end
  from shortages_of(request -> 'items', false) short
    left join reservations on order_id = (request ->> 'order_id')::uuid
$$;

-- Reserves all items of an order or none, for each of [{order_id, items, expires_at | minutes}]; answers in their order.
-- Nobody waits for a lock who asks again or asks for what is sold out.
create function reserve(requests jsonb, low_at integer, traceparent text) returns jsonb language plpgsql as $$
declare
  answers jsonb[] := array(
    select reservation_answer(asked) from jsonb_array_elements(requests) with ordinality given(asked, position)
    order by position);
  made integer[] := '{}';
  before stock[];
  request jsonb;
  place integer;
  short jsonb;
begin
  if array_position(answers, null) is null then return to_jsonb(answers); end if;
  -- By order: of two who insert the same orders one waits for the other, never both.
  for place in
    select position from unnest(answers) with ordinality given(answer, position)
    where answer is null order by requests -> (position - 1)::integer ->> 'order_id'
  loop
    request := requests -> place - 1;
    insert into reservations (order_id, status, items, expires_at)
    values (
      (request ->> 'order_id')::uuid, 'held', request -> 'items',
      coalesce((request ->> 'expires_at')::timestamptz, now() + (request ->> 'minutes')::integer * interval '1 minute'))
    on conflict do nothing;
    if found then made := made || place; end if;
  end loop;
  before := lock_stock(array(
    select distinct product from unnest(made) maker, unnest(products_of(requests -> maker - 1 -> 'items')) product));
  -- In the order in which they came.
  foreach place in array array(select maker from unnest(made) maker order by maker) loop
    request := requests -> place - 1;
    short := shortages_of(request -> 'items', false);
    if short is null then
      perform move_stock(request -> 'items', 'hold', 0, 1, (request ->> 'order_id')::uuid);
    else
      delete from reservations where order_id = (request ->> 'order_id')::uuid;
      answers[place] := jsonb_build_object('short', short);
    end if;
  end loop;
  perform publish_stock(before, low_at, traceparent);
  -- Also those who found that the same order came at the same time and was first.
  return (
    select jsonb_agg(
      coalesce(answer, reservation_answer(requests -> (position - 1)::integer), '{"differs": true}') order by position)
    from unnest(answers) with ordinality given(answer, position));
end $$;
