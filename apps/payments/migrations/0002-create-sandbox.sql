-- What the embedded gateway remembers, as a real one would on its own machines: nothing here refers to our own tables,
-- and it is written by transactions of its own.
create table sandbox_cards (
  token text primary key,
  behaviour text not null,
  brand text not null,
  last4 text not null,
  expiry_month integer not null,
  expiry_year integer not null,
  created_at timestamptz(3) not null default clock_timestamp()
);

create table sandbox_charges (
  -- What the caller named it by.
  key uuid primary key,
  id text not null unique,
  token text not null,
  status text not null check (status in ('succeeded', 'failed', 'processing', 'needs_action', 'cancelled')),
  reason text,
  amount_cents bigint not null check (amount_cents > 0),
  currency text not null,
  order_id uuid not null,
  user_id uuid not null,
  payment_method_id uuid not null,
  -- When a charge that is being processed succeeds.
  settles_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp()
);
create index sandbox_charges_by_age on sandbox_charges (created_at, key);

create table sandbox_refunds (
  key uuid primary key,
  id text not null unique,
  charge_key uuid not null references sandbox_charges (key),
  amount_cents bigint not null check (amount_cents > 0),
  created_at timestamptz(3) not null default clock_timestamp()
);
create index sandbox_refunds_by_charge on sandbox_refunds (charge_key);

-- What each payment has moved, for whoever checks our books against the gateway.
create view sandbox_balances as
  select c.key as payment_id, c.order_id, c.currency,
    case when c.status = 'succeeded' or (c.status = 'processing' and c.settles_at <= clock_timestamp())
      then c.amount_cents else 0 end as charged_cents,
    coalesce((select sum(r.amount_cents) from sandbox_refunds r where r.charge_key = c.key), 0)::bigint
      as refunded_cents
  from sandbox_charges c;
