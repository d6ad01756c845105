import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPostgresBus } from '../shared/bus/postgres-bus.ts'
import { preparePostgresBus } from '../shared/bus/prepare-postgres-bus.ts'
import { openDatabase } from '../shared/database/database.ts'
import { type EventOf, parseEvent } from '../shared/events/events.ts'
import { announceProducts } from './announce-products.ts'
import { CategoryEntity } from './category.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { ProductEntity } from './product.ts'
import { change, create, newProduct, openShop, remove, type Shop } from './testing.ts'

let shop: Shop
let bus: ReturnType<typeof openPostgresBus>

beforeAll(async () => {
  shop = await openShop()
  const { url, adminUrl } = shop.database
  await preparePostgresBus(adminUrl, url, {
    ...{ consumer: manifest.name, consumes: manifest.consumes },
  })
  const log = pino({ level: 'silent' })
  bus = openPostgresBus({ url, consumer: 'others', consumes: [], log })
})
afterAll(async () => {
  await bus?.close()
  await shop?.close()
})

/** Everything that was published about a product, oldest first. */
async function eventsOf(id: string): Promise<[EventOf['type'], unknown][]> {
  const rows = await shop.database.query<{ envelope: unknown }>(
    `select envelope from products.outbox where envelope -> 'subject' ->> 'id' = $1
     order by (envelope ->> 'sequence')::integer`,
    [id],
  )
  return rows.map(({ envelope }) => {
    const parsed = parseEvent(envelope)
    if (!parsed.ok) throw new Error(parsed.reason)
    return [parsed.event.type, parsed.event.data]
  })
}

/** What inventory says of a product. */
const stockIs = (id: string, available: number, sequence: number) =>
  bus.publish([
    {
      ...{ id: randomUUID(), type: 'stock.changed', version: 1, sequence, traceparent: null },
      occurred_at: new Date().toISOString(),
      subject: { type: 'stock', id },
      data: { product_id: id, on_hand: available + 1, reserved: 1, available },
    },
  ])

const find = (id: string, headers: Record<string, string> = {}) =>
  shop.products.call(`/products/${id}`, { headers })

test('what becomes of a product is published: its making with the opening stock, changes, its end', async () => {
  const { id } = await newProduct(shop, { price: 4.5, stock_quantity: 12 })
  await change(shop, id, { price: 5, is_active: false })
  await change(shop, id, { is_active: true })
  await remove(shop, id)
  const told = (price_cents: number, is_active: boolean) => ({
    ...{ product_id: id, name: 'Walnut Desk', category_id: shop.categoryId, currency: 'USD' },
    ...{ price_cents, is_active },
  })
  expect(await eventsOf(id)).toEqual([
    ['product.created', { ...told(450, true), stock_quantity: 12 }],
    ['product.changed', told(500, false)],
    ['product.changed', told(500, true)],
    ['product.deleted', { product_id: id }],
  ])
})

test('what was refused is not published', async () => {
  const { id } = await newProduct(shop)
  const unknown = { category_id: randomUUID() }
  const statuses = [await create(shop, unknown), await change(shop, id, unknown)]
  statuses.push(await change(shop, id, { price: 1 }, { 'if-match': '"0"' }))
  expect(statuses.map(({ status }) => status)).toEqual([400, 400, 412])
  expect(await eventsOf(id)).toHaveLength(1)
  const [row] = await shop.database.query<{ count: number }>(
    `select count(*)::int from products.outbox where envelope -> 'data' ->> 'category_id' = $1`,
    [unknown.category_id],
  )
  expect(row?.count).toBe(0)
})

test('a product shows what inventory says is available, also one that is cached, under another ETag', async () => {
  const { id } = await newProduct(shop, { stock_quantity: 12 })
  const before = await find(id)
  await stockIs(id, 9, 2)
  await expect.poll(async () => (await find(id)).body.stock_quantity).toBe(9)
  const etag = before.headers.get('etag')!
  expect((await find(id, { 'if-none-match': etag })).status).toBe(200)
  expect((await shop.products.call('/products?limit=1')).body[0]).toMatchObject({
    ...{ id, stock_quantity: 9 },
  })
})

test('what inventory said before does not count when it comes late', async () => {
  const { id } = await newProduct(shop, { stock_quantity: 12 })
  const other = await newProduct(shop)
  await stockIs(id, 7, 5)
  await expect.poll(async () => (await find(id)).body.stock_quantity).toBe(7)
  await stockIs(id, 11, 4)
  const seen = async () => {
    const rows = await shop.database.query('select from products.inbox')
    return rows.length
  }
  const count = await seen()
  await stockIs(other.id, 3, 1)
  await expect.poll(async () => (await find(other.id)).body.stock_quantity).toBe(3)
  await expect.poll(seen).toBeGreaterThanOrEqual(count + 1)
  expect((await find(id)).body.stock_quantity).toBe(7)
})

test('a change of the stock is refused with the way to inventory; the present one may be sent along', async () => {
  const { id } = await newProduct(shop, { stock_quantity: 12 })
  const { status, body } = await change(shop, id, { stock_quantity: 13, price: 1 })
  expect([status, body.code]).toEqual([409, 'stock_is_in_inventory'])
  expect(body.detail).toContain(`POST /inventory/${id}/adjustments`)
  const kept = await change(shop, id, { stock_quantity: 12, price: 2 })
  expect([kept.status, kept.body.price]).toEqual([200, 2])
})

test('products of the version before are announced once, by one of several instances', async () => {
  const { url } = shop.database
  const options = { url, poolSize: 2, entities: [CategoryEntity, ProductEntity] }
  const open = () => openDatabase({ service: 'products', migrations: MIGRATIONS, ...options })
  const instances = [await open(), await open(), await open()]
  await shop.database.query(
    `insert into products.products (id, name, description, price_cents, category_id, stock_quantity, is_active,
       version, created_at, updated_at)
     select gen_random_uuid(), 'Old ' || n, '', n, $1, n, n % 2 = 0, 1, now(), now() from generate_series(1, 1100) n`,
    [shop.categoryId],
  )
  const counts = await Promise.all(instances.map(async each => announceProducts(each, 'EUR')))
  expect(counts.reduce((sum, count) => sum + count)).toBe(1100)
  await Promise.all(instances.map(async each => each.close()))
  const [old] = await shop.database.query<{ id: string }>(
    `select id from products.products where name = 'Old 7'`,
  )
  expect(await eventsOf(old!.id)).toEqual([
    [
      'product.created',
      {
        ...{ product_id: old!.id, name: 'Old 7', price_cents: 7, currency: 'EUR' },
        ...{ category_id: shop.categoryId, is_active: false, stock_quantity: 7 },
      },
    ],
  ])
})
