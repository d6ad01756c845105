-- Answers under idempotency keys, from apps/shared/http/idempotency-table.sql. A service with routes that are `idempotent`
-- copies this file, unchanged, into its next migration.
create table idempotency_keys (
  caller uuid not null,
  -- Method and path.
  route text not null,
  key text not null,
  -- SHA-256 of the body.
  fingerprint bytea not null,
  -- Null while the effect is only begun.
  status smallint,
  answer text,
  created_at timestamptz(3) not null default now(),
  primary key (caller, route, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
