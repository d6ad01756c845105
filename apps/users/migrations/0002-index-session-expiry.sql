-- What has expired is deleted every hour.
create index refresh_tokens_by_expiry on refresh_tokens (expires_at);
create index refresh_families_by_expiry on refresh_families (expires_at);
