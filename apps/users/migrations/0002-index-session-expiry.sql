-- What has expired is deleted every hour.
-- allow index-locks: no release has this table yet
create index refresh_tokens_by_expiry on refresh_tokens (expires_at);
-- allow index-locks: no release has this table yet
create index refresh_families_by_expiry on refresh_families (expires_at);
