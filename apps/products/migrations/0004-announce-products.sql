-- Whether product.created was published: of products that were there before, and of those that the version before this
-- one makes while it is rolled out, it still has to be.
alter table products add column is_announced boolean not null default false;
-- allow index-locks: no release has this table yet
create index products_unannounced on products (id) where not is_announced;
