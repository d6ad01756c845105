create extension if not exists pg_trgm with schema public;

create table categories (
  id uuid primary key,
  name text not null,
  description text not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null
);
create unique index categories_name_key on categories (lower(name));

create table products (
  id uuid primary key,
  name text not null,
  description text not null,
  price_cents integer not null check (price_cents >= 0),
  category_id uuid not null,
  stock_quantity integer not null check (stock_quantity >= 0),
  is_active boolean not null,
  -- Counts changes; the ETag.
  version integer not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  search_text text not null generated always as (lower(name || E'\n' || description)) stored,
  constraint products_category_fkey foreign key (category_id) references categories (id)
);
create index products_search on products using gin (search_text public.gin_trgm_ops);
-- One index for each order that a list can have; id makes the order total.
create index products_by_age on products (created_at, id);
create index products_by_price on products (price_cents, id);
create index products_by_name on products ((name collate "C"), id);
create index products_by_category on products (category_id, created_at, id);
