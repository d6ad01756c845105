-- A row for each user that was heard of. Everything that is about a user locks it first, so that no message slips past
-- the deletion of an account; the row itself stays, to know late events of a deleted user.
create table recipients (
  user_id uuid primary key,
  -- Null until the event that tells it, which may come after others about the user.
  email text,
  full_name text,
  role text not null default 'buyer' check (role in ('buyer', 'admin')),
  -- Sequence number of the event that e-mail, name and role are from.
  contact_sequence bigint not null default 0,
  -- Number of the newest message. Streams resume by it: numbers of a user are given in the order of their commits.
  last_number bigint not null default 0,
  deleted_at timestamptz(3)
);
create index recipients_admins on recipients (user_id) where role = 'admin' and deleted_at is null;

-- What users read in the shop itself.
create table messages (
  id uuid primary key,
  user_id uuid not null references recipients (user_id),
  number bigint not null,
  kind text not null,
  title text not null,
  body text not null,
  data jsonb not null,
  created_at timestamptz(3) not null default now(),
  read_at timestamptz(3),
  unique (user_id, number)
);
create index messages_unread on messages (user_id, number) where read_at is null;
create index messages_by_age on messages (created_at);

-- Only what differs from the defaults.
create table preferences (
  user_id uuid not null references recipients (user_id),
  kind text not null,
  channel text not null,
  enabled boolean not null,
  primary key (user_id, kind, channel)
);

create table devices (
  id uuid primary key,
  user_id uuid not null references recipients (user_id),
  type text not null check (type in ('phone', 'ios', 'android')),
  -- Phone number, or the token that Apple or Google gave the app.
  address text not null,
  -- ARN of the app's endpoint at SNS, once something was sent to it.
  endpoint text,
  created_at timestamptz(3) not null default now()
);
-- An app belongs to whoever logged in last; several users may share a phone.
create unique index devices_apps on devices (type, address) where type <> 'phone';
create unique index devices_phones on devices (user_id, address) where type = 'phone';
create index devices_by_user on devices (user_id);

-- Messages to be sent, and what became of them.
create table deliveries (
  id uuid primary key,
  event_id uuid not null,
  user_id uuid not null references recipients (user_id),
  kind text not null,
  channel text not null check (channel in ('email', 'sms', 'push')),
  device_id uuid references devices (id) on delete cascade,
  -- What the text is made of; emptied when it was sent, as it may hold a token.
  content jsonb not null,
  -- waiting: for the user's e-mail address. due: from due_at on. failed: given up, for the reason.
  state text not null check (state in ('waiting', 'due', 'sent', 'failed')),
  attempts integer not null default 0,
  due_at timestamptz(3) not null default now(),
  -- After this the message is of no use.
  expires_at timestamptz(3),
  reason text,
  created_at timestamptz(3) not null default now(),
  done_at timestamptz(3),
  constraint deliveries_once unique nulls not distinct (event_id, user_id, channel, device_id)
);
create index deliveries_due on deliveries (due_at) where state = 'due';
create index deliveries_waiting on deliveries (user_id) where state = 'waiting';
create index deliveries_done on deliveries (done_at) where done_at is not null;
create index deliveries_by_user on deliveries (user_id);
create index deliveries_by_device on deliveries (device_id) where device_id is not null;

-- Addresses that nothing is sent to any more, by the sha256 of the address in lower case.
create table bounced_addresses (
  address_hash text primary key,
  reason text not null,
  bounced_at timestamptz(3) not null default now()
);

-- Which deliveries were made, where no DynamoDB keeps it.
create table delivery_log (
  delivery text primary key,
  state text not null check (state in ('sending', 'sent')),
  attempt text not null,
  -- Until then nobody else begins.
  busy_until timestamptz(3) not null,
  provider_id text,
  expires_at timestamptz(3) not null
);
create index delivery_log_by_expiry on delivery_log (expires_at);
