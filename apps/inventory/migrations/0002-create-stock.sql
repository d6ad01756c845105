-- How much there is of each product. The figures change by move_stock() alone, which notes each change in the ledger.
create table stock (
  product_id uuid primary key,
  on_hand integer not null check (on_hand >= 0),
  -- Part of on_hand that orders hold.
  reserved integer not null check (reserved >= 0),
  -- False: nobody may reserve it any more; what orders hold stays theirs.
  is_sold boolean not null,
  constraint stock_covers_reserved check (reserved <= on_hand)
) with (fillfactor = 50); -- room for the next version of a row beside it: these rows change all the time

create table reservations (
  order_id uuid primary key,
  status text not null check (status in ('held', 'consumed', 'released', 'expired', 'lost', 'refunded')),
  -- [{product_id, quantity}] in the order of the ids; empty: the order ended before it reserved anything.
  items jsonb not null,
  -- Null: it was never held.
  expires_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);
create index reservations_due on reservations (expires_at) where status = 'held';

-- What admins changed, and why; on_hand and reserved are the figures afterwards.
create table adjustments (
  id uuid primary key,
  product_id uuid not null references stock,
  delta integer not null check (delta <> 0),
  reason text not null,
  adjusted_by uuid not null,
  on_hand integer not null,
  reserved integer not null,
  created_at timestamptz(3) not null default clock_timestamp()
);
create index adjustments_of_product on adjustments (product_id, created_at, id);

-- Every change of every figure. Of a product the deltas sum to its row in stock; of an order that has ended, the
-- reserved ones sum to zero.
create table ledger (
  id bigint generated always as identity primary key,
  product_id uuid not null references stock,
  kind text not null check (kind in ('opening', 'adjustment', 'hold', 'release', 'expiry', 'consume', 'restock')),
  on_hand_delta integer not null,
  reserved_delta integer not null,
  order_id uuid,
  adjustment_id uuid references adjustments,
  created_at timestamptz(3) not null default clock_timestamp(),
  check (case kind
    when 'opening' then num_nonnulls(order_id, adjustment_id) = 0
    when 'adjustment' then order_id is null and adjustment_id is not null
    else order_id is not null and adjustment_id is null
  end)
);
-- Whatever else goes wrong: opening stock is counted once, and no order takes or gives back a product twice.
create unique index ledger_opening on ledger (product_id) where kind = 'opening';
create unique index ledger_of_order on ledger (order_id, product_id, kind) where order_id is not null;
create unique index ledger_of_adjustment on ledger (adjustment_id) where adjustment_id is not null;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is only added to', tg_table_name;
end $$;
create trigger ledger_stays before update or delete on ledger
  for each statement execute function refuse_change();
create trigger adjustments_stay before update or delete on adjustments
  for each statement execute function refuse_change();

-- Where figures and ledger disagree, or an order's part of the ledger does not fit its status: empty, always.
create view ledger_differences as
  select 'product' as of, product_id as id,
    format('stock %s/%s, ledger %s/%s', on_hand, reserved, on_hand_sum, reserved_sum) as difference
  from stock left join (
    select product_id, sum(on_hand_delta) as on_hand_sum, sum(reserved_delta) as reserved_sum
    from ledger group by product_id
  ) sums using (product_id)
  where (on_hand, reserved) is distinct from (coalesce(on_hand_sum, 0), coalesce(reserved_sum, 0))
  union all
  select 'order', order_id, format('%s of %s: ledger %s/%s', status, quantity, on_hand_sum, reserved_sum)
  from (
    select order_id, status,
      (select coalesce(sum((item ->> 'quantity')::integer), 0) from jsonb_array_elements(items) item) as quantity
    from reservations
  ) ended full join (
    select order_id, sum(on_hand_delta) as on_hand_sum, sum(reserved_delta) as reserved_sum
    from ledger where order_id is not null group by order_id
  ) sums using (order_id)
  where (coalesce(on_hand_sum, 0), coalesce(reserved_sum, 0)) is distinct from (case status
    when 'held' then (0::bigint, quantity)
    when 'consumed' then (-quantity, 0::bigint)
    when 'released' then (0::bigint, 0::bigint)
    when 'expired' then (0::bigint, 0::bigint)
    when 'lost' then (0::bigint, 0::bigint)
    when 'refunded' then (0::bigint, 0::bigint)
  end);
