-- Tables of events, from apps/shared/events/event-tables.sql. A service that publishes or consumes events copies this file,
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

-- Stores an event, numbered within its subject. The row of the subject stays locked until the
-- transaction ends: store last, several subjects in one order. Returns the envelope.
create function store_event(of_subject text, content jsonb) returns jsonb language sql as $$
  with next as (
    insert into outbox_subjects (subject, last_sequence) values (of_subject, 1)
    on conflict (subject) do update set last_sequence = outbox_subjects.last_sequence + 1
    returning last_sequence
  ), stored as (
    insert into outbox (id, envelope)
    select made.id, content || jsonb_build_object(
      'id', made.id,
      'occurred_at', to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'sequence', next.last_sequence)
    from next, (select uuidv7() as id) made
    returning envelope
  )
  select envelope from stored
$$;

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
