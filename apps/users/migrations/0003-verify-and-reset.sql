alter table users add column email_verified_at timestamptz(3);

-- Tokens that a mail holds and that act once for their user: to choose a password, to confirm an address.
create table mail_tokens (
  -- sha256: the token itself is known to the mail alone
  token_hash text primary key,
  user_id uuid not null references users (id),
  purpose text not null check (purpose in ('password-reset', 'email-verification')),
  expires_at timestamptz(3) not null
);
create index mail_tokens_by_user on mail_tokens (user_id);
create index mail_tokens_by_expiry on mail_tokens (expires_at);

-- Addresses that somebody wants to choose a new password for, known or not: the request stores a row and is answered,
-- which takes the same time for each. Whoever takes the row up deletes it.
create table password_reset_requests (
  id uuid primary key,
  email_key text not null
);
