create table orders (
  id uuid primary key,
  user_id uuid not null,
  status text not null
    check (status in ('pending', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded')),
  total_cents bigint not null check (total_cents >= 0),
  currency text not null,
  -- Until when it must be paid.
  expires_at timestamptz(3) not null,
  -- The payment that paid it.
  payment_id uuid,
  -- Its stock was gone when it was paid: it is to be refunded and must not be shipped.
  stock_lost boolean not null default false,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  check ((status in ('pending', 'cancelled')) = (payment_id is null))
);
-- One index for each way to list them; id makes the order total.
create index orders_by_age on orders (created_at, id);
create index orders_by_user on orders (user_id, created_at, id);
create index orders_by_status on orders (status, created_at, id);
create index orders_expiring on orders (expires_at) where status = 'pending';

create table order_items (
  order_id uuid not null references orders (id),
  line integer not null,
  product_id uuid not null,
  -- Name and price as they were when it was ordered.
  product_name text not null,
  quantity integer not null check (quantity > 0),
  unit_price_cents integer not null check (unit_price_cents >= 0),
  primary key (order_id, line)
);

-- Everything that happened to an order. Rows are added, never changed.
create table order_steps (
  id uuid primary key default uuidv7(),
  order_id uuid not null references orders (id),
  step text not null,
  -- The order's status from then on.
  status text not null,
  at timestamptz(3) not null default clock_timestamp(),
  -- What caused it: a person by a request, another service by an event, or this service by itself.
  cause text not null check (cause in ('buyer', 'admin', 'payments', 'inventory', 'expiry')),
  actor_id uuid,
  event_id uuid,
  payment_id uuid,
  reason text
);
create index order_steps_by_order on order_steps (order_id, id);
