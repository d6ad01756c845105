import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { AppError } from '../shared/http/errors.ts'
import { expireReservations } from './expire-reservations.ts'
import {
  type Instance,
  instanceOn,
  LOW_AT,
  openStockroom,
  type Stockroom,
} from './testing-stockroom.ts'

let room: Stockroom
let instances: Instance[]

beforeAll(async () => {
  room = await openStockroom()
  instances = [instanceOn(room.database), await room.instance(), await room.instance()]
})
afterEach(async () => expect(await room.differences()).toEqual([]))
afterAll(() => room?.close())

const at = (index: number): Instance => instances[index % instances.length]!

/** A refusal is an answer; whatever else is thrown (a deadlock, a timeout, a broken rule of a table) is not. */
async function answered<T>(work: Promise<T>): Promise<T | AppError> {
  try {
    return await work
  } catch (error) {
    if (error instanceof AppError && error.status === 409) return error
    throw error
  }
}

const held = (answers: unknown[]) => answers.filter(answer => !(answer instanceof AppError)).length

test('of 200 buyers of 50 pieces, at three instances, exactly 50 get one', async () => {
  const desk = await room.product(50)
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, buyer) => answered(at(buyer).order({ [desk]: 1 }))),
  )
  expect(held(answers)).toBe(50)
  expect(await room.stockOf(desk)).toEqual({ on_hand: 50, reserved: 50, available: 0 })
  expect((await room.eventsOf(desk)).at(-1)?.data).toMatchObject({ available: 0 })
})

test('orders of several products in any order never wait for each other in a circle', async () => {
  const products = await Promise.all([1, 2, 3, 4].map(async () => room.product(60)))
  const answers = await Promise.all(
    Array.from({ length: 120 }, async (_, buyer) => {
      const lines = [0, 1, 2].map(step => [products[(buyer + step * (buyer % 3)) % 4]!, 1])
      return answered(at(buyer).order(Object.fromEntries(lines)))
    }),
  )
  expect(answers).toHaveLength(120)
  for (const product of products) {
    const stock = await room.stockOf(product)
    expect(stock!.reserved).toBeLessThanOrEqual(60)
  }
})

const step = fc.record({
  instance: fc.nat(2),
  order: fc.nat(7),
  action: fc.constantFrom(
    'reserve',
    'reserve',
    'reserve',
    'consumed',
    'released',
    'refunded',
    'expire',
  ),
  lines: fc.uniqueArray(
    fc.record({ product: fc.nat(2), quantity: fc.integer({ min: 1, max: 3 }) }),
    {
      ...{ minLength: 1, maxLength: 3, selector: ({ product }) => product },
    },
  ),
})

test('whatever happens to orders at once, no piece is sold twice and the ledger sums to the stock', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async steps => {
      const products = await Promise.all([1, 4, 7].map(async pieces => room.product(pieces)))
      const orders = Array.from({ length: 8 }, () => randomUUID())
      await Promise.all(
        steps.map(async ({ instance, order, action, lines }) => {
          const { database, reserve, end } = at(instance)
          const order_id = orders[order]!
          const items = lines.map(({ product, quantity }) => ({
            ...{ product_id: products[product]!, quantity },
          }))
          if (action === 'expire') return expireReservations(database, LOW_AT)
          if (action !== 'reserve') return end(order_id, action, items)
          // One in two is past its time at once.
          const expires_at = new Date(Date.now() + (order % 2 ? 600_000 : -1000)).toISOString()
          return answered(reserve({ order_id, items, expires_at }))
        }),
      )
      expect(await room.differences()).toEqual([])
      for (const [index, product] of products.entries()) {
        const { on_hand, reserved, available } = (await room.stockOf(product))!
        const [sold] = await room.arranged.query<{ pieces: number }>(
          `select coalesce(sum((item ->> 'quantity')::integer), 0)::integer as pieces
           from inventory.reservations, jsonb_array_elements(items) item
           where status in ('held', 'consumed') and item ->> 'product_id' = $1`,
          [product],
        )
        expect(available + sold!.pieces).toBe([1, 4, 7][index])
        expect(on_hand - reserved).toBe(available)
      }
    }),
    { numRuns: 25 },
  )
})

test('orders for one product do not keep the connections from others', async () => {
  const [hot, cold] = [await room.product(1000), await room.product(1000)]
  const holder = new pg.Client({ connectionString: room.arranged.adminUrl })
  await holder.connect()
  await holder.query('begin')
  await holder.query('select from inventory.stock where product_id = $1 for update', [hot])
  const waiting = Array.from({ length: 40 }, async () => at(0).order({ [hot]: 1 }))
  expect((await at(0).order({ [cold]: 1 })).status).toBe('held')
  await holder.query('commit')
  await holder.end()
  expect(held(await Promise.all(waiting))).toBe(40)
  // 40 orders, but few statements: what waited went together.
  expect((await room.eventsOf(hot)).length).toBeLessThan(10)
})
