create table users (
  id uuid primary key,
  email text not null,
  -- What two e-mails are compared by: lower case. Byte order makes a prefix search use the index.
  email_key text collate "C" not null,
  hashed_password text not null,
  full_name text not null,
  role text not null default 'buyer' check (role in ('buyer', 'admin')),
  is_active boolean not null default true,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  deleted_at timestamptz(3)
);
create unique index users_email_key on users (email_key);
create index users_by_age on users (created_at, id);

-- All refresh tokens that came from one login.
create table refresh_families (
  id uuid primary key,
  user_id uuid not null references users (id),
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3)
);
create index refresh_families_by_user on refresh_families (user_id);

create table refresh_tokens (
  -- sha256: the token itself is known to its holder alone
  token_hash text primary key,
  family_id uuid not null references refresh_families (id) on delete cascade,
  expires_at timestamptz(3) not null,
  rotated_at timestamptz(3)
);
create index refresh_tokens_by_family on refresh_tokens (family_id);

create table signing_keys (
  kid text primary key,
  public_jwk jsonb not null,
  -- AES-256-GCM under KEY_ENCRYPTION_KEY: nonce (12), tag (16), PKCS#8
  private_key bytea not null,
  signs_from timestamptz(3) not null
);
