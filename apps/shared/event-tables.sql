-- Tables of events, from apps/shared/event-tables.sql. A service that publishes or consumes events copies this file,
-- unchanged, into its next migration.

-- The last sequence number that was given to a subject. Never pruned: numbers must not begin anew.
create table outbox_subjects (
  subject text primary key,
  last_sequence bigint not null
);

-- Events that this service publishes, written by the transaction that caused them.
create table outbox (
  id uuid primary key,
  envelope jsonb not null,
  created_at timestamptz(3) not null default now(),
  -- How often the bus refused this event, and when it is tried again.
  refusals integer not null default 0,
  due_at timestamptz(3) not null default now(),
  sent_at timestamptz(3)
);
create index outbox_unsent on outbox (id) where sent_at is null;
create index outbox_sent on outbox (sent_at) where sent_at is not null;

-- Events whose effect was stored, written by the transaction of the effect.
create table inbox (
  consumer text not null,
  event_id uuid not null,
  received_at timestamptz(3) not null default now(),
  primary key (consumer, event_id)
);
create index inbox_by_age on inbox (received_at);

-- The highest sequence number that was received about a subject.
create table inbox_subjects (
  consumer text not null,
  subject text not null,
  last_sequence bigint not null,
  primary key (consumer, subject)
);
