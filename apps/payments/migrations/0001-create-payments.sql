-- Cards: what the gateway knows them by, and what may be shown. No number was ever in here.
create table payment_methods (
  id uuid primary key,
  user_id uuid not null,
  type text not null check (type = 'card'),
  -- Which gateway knows the token; another one can't charge it.
  gateway text not null,
  token text not null,
  customer text,
  brand text not null,
  last4 text not null check (last4 ~ '^[0-9]{4}$'),
  expiry_month integer not null check (expiry_month between 1 and 12),
  expiry_year integer not null check (expiry_year between 2000 and 2200),
  is_default boolean not null,
  created_at timestamptz(3) not null,
  deleted_at timestamptz(3)
);
create unique index payment_methods_default_key on payment_methods (user_id)
  where is_default and deleted_at is null;
create index payment_methods_by_user on payment_methods (user_id, created_at, id);

create table payments (
  id uuid primary key,
  order_id uuid not null,
  user_id uuid not null,
  -- No foreign key: a payment that is made again from the gateway's list may be older than what is left of this table.
  payment_method_id uuid not null,
  amount_cents bigint not null check (amount_cents >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  status text not null check (status in ('pending', 'completed', 'failed', 'refunded')),
  reason text,
  gateway text not null,
  -- The gateway's own id, once it has answered.
  charge_id text,
  action_url text,
  -- The order was cancelled while the payment was pending: it must not be charged, or be given back.
  is_unwanted boolean not null default false,
  -- Of all refunds, those under way included.
  refunded_cents bigint not null default 0,
  created_at timestamptz(3) not null,
  processed_at timestamptz(3),
  -- While it is pending: when the gateway is asked about it next, and how often it was.
  ask_at timestamptz(3) not null,
  asked integer not null default 0,
  constraint payments_refunds_within_amount check (refunded_cents between 0 and amount_cents)
);
-- Two different keys can't charge one order twice.
create unique index payments_live_key on payments (order_id) where status in ('pending', 'completed');
create index payments_by_order on payments (order_id, created_at, id);
create index payments_by_user on payments (user_id, created_at, id);
create index payments_by_age on payments (created_at, id);
create index payments_to_ask on payments (ask_at) where status = 'pending';

create table refunds (
  id uuid primary key,
  payment_id uuid not null,
  amount_cents bigint not null check (amount_cents > 0),
  status text not null check (status in ('pending', 'completed', 'failed')),
  -- Who wanted it: an admin, a cancelled order, or the gateway, where somebody made it without us.
  cause text not null check (cause in ('requested', 'order_cancelled', 'late_charge', 'gateway')),
  reason text,
  requested_by uuid,
  gateway_refund_id text,
  created_at timestamptz(3) not null,
  processed_at timestamptz(3),
  ask_at timestamptz(3) not null,
  asked integer not null default 0,
  constraint refunds_payment_fkey foreign key (payment_id) references payments (id)
);
create index refunds_by_payment on refunds (payment_id, created_at, id);
create index refunds_to_ask on refunds (ask_at) where status = 'pending';

-- Double entry: the lines of an entry sum to zero. `gateway` is what the gateway holds for us, `orders` what buyers paid.
create table ledger (
  -- The payment of a charge, the refund of a refund: neither can be booked twice.
  entry_id uuid not null,
  kind text not null check (kind in ('charge', 'refund', 'reversal')),
  account text not null check (account in ('gateway', 'orders')),
  payment_id uuid not null,
  amount_cents bigint not null check (amount_cents <> 0),
  currency text not null,
  booked_at timestamptz(3) not null default now(),
  primary key (entry_id, kind, account),
  constraint ledger_payment_fkey foreign key (payment_id) references payments (id)
);
create index ledger_by_payment on ledger (payment_id);

create function check_ledger_entry() returns trigger language plpgsql as $$
begin
  if (select sum(amount_cents) from ledger where entry_id = new.entry_id and kind = new.kind) <> 0 then
    raise exception 'ledger entry % does not sum to zero', new.entry_id using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger ledger_sums_to_zero after insert on ledger
  deferrable initially deferred for each row execute function check_ledger_entry();

-- Until when the gateway's list was compared with `payments`, and which instance may do it next.
create table sweeps (
  gateway text primary key,
  swept_until timestamptz(3) not null,
  due_at timestamptz(3) not null
);

-- Signed messages of the gateway that had their effect.
create table webhook_messages (
  id text primary key,
  received_at timestamptz(3) not null default now()
);
create index webhook_messages_by_age on webhook_messages (received_at);
