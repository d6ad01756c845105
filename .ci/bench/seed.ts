import type pg from 'pg'

const ROWS = 100_000

/**
 * Fills the catalogue, with names in the manner of the Python reference's seed. Announced already: a service would tell
 * the others of 100,000 new products while it is measured.
 * @returns ids of all products, in order
 */
export async function seed(admin: pg.Client): Promise<string[]> {
  await admin.query(`
    alter index products.products_search set (fastupdate = on); -- indexes all at once, below
    insert into products.categories values (gen_random_uuid(), 'Bench', '', now(), now());
    insert into products.products (id, name, description, price_cents, category_id, stock_quantity, is_active, is_announced, version, created_at, updated_at)
      select gen_random_uuid(),
        (array['Walnut','Oak','Steel','Linen'])[1 + n % 4] || ' ' || (array['Desk','Lamp','Chair'])[1 + n % 3] || ' ' || n,
        'A plain description of some length, as shops have it', n % 50000, c.id, n % 100, true, true, 1,
        now() - n * interval '1 second', now()
      from generate_series(1, ${ROWS}) n, products.categories c;
    alter index products.products_search set (fastupdate = off);
    select gin_clean_pending_list('products.products_search');
    analyze products.products`)
  const { rows } = await admin.query<{ id: string }>('select id from products.products order by id')
  return rows.map(row => row.id)
}
