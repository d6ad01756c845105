import { randomUUID } from 'node:crypto'
import { type Database, openDatabase } from '../shared/database/database.ts'
import { type EventOf, parseEvent } from '../shared/events/events.ts'
import { testDatabase, type TestDatabase } from '../shared/testing/test-database.ts'
import { AdjustmentEntity } from './adjustment.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { openStock, setSold } from './open-stock.ts'
import { reserving } from './reserve.ts'
import type { StockView } from './schemas.ts'
import { settle } from './settle.ts'

export const LOW_AT = 2

/** The inventory's database and use cases without its HTTP. */
export interface Stockroom {
  arranged: TestDatabase
  database: Database
  /** A product with so many pieces. */
  product: (pieces: number) => Promise<string>
  /** As of one more instance, with a pool of its own. */
  instance: () => Promise<Instance>
  stockOf: (productId: string) => Promise<Omit<StockView, 'product_id'> | undefined>
  statusOf: (orderId: string) => Promise<string | undefined>
  /** Where figures and ledger disagree. */
  differences: () => Promise<object[]>
  /** Everything published so far about a product or order, oldest first. */
  eventsOf: (id: string) => Promise<EventOf[]>
  close: () => Promise<void>
}

export type Instance = ReturnType<typeof instanceOn>

const POOL_SIZE = 4

const open = (arranged: TestDatabase): Promise<Database> =>
  openDatabase({
    service: 'inventory',
    url: arranged.url,
    poolSize: POOL_SIZE,
    entities: [AdjustmentEntity],
    migrations: MIGRATIONS,
  })

/** What a service does with one database. */
export function instanceOn(database: Database) {
  const options = { poolSize: POOL_SIZE, reservationMinutes: 15, lowStockAt: LOW_AT }
  const reserve = reserving(database, options)
  return {
    database,
    reserve,
    /** Reserves so many of each product for a new order. */
    order: async (lines: Record<string, number>, orderId: string = randomUUID()) => {
      const items = Object.entries(lines).map(([product_id, quantity]) => ({
        ...{ product_id, quantity },
      }))
      return reserve({ order_id: orderId, items })
    },
    end: (
      orderId: string,
      wanted: Parameters<typeof settle>[2],
      items?: Parameters<typeof settle>[4],
    ) => database.transaction(em => settle(em, orderId, wanted, LOW_AT, items)),
  }
}

export async function openStockroom(): Promise<Stockroom> {
  const arranged = await testDatabase('inventory', MIGRATIONS)
  const database = await open(arranged)
  const opened = [database]
  return {
    arranged,
    database,
    product: async pieces => {
      const id = randomUUID()
      await database.transaction(async em => {
        await openStock(em, id, pieces, LOW_AT)
        await setSold(em, id, true)
      })
      return id
    },
    instance: async () => {
      const own = await open(arranged)
      opened.push(own)
      return instanceOn(own)
    },
    stockOf: async id =>
      (
        await arranged.query<StockView>(
          `select on_hand, reserved, on_hand - reserved as available from inventory.stock where product_id = $1`,
          [id],
        )
      )[0],
    statusOf: async id =>
      (
        await arranged.query<{ status: string }>(
          'select status from inventory.reservations where order_id = $1',
          [id],
        )
      )[0]?.status,
    differences: () => arranged.query('select * from inventory.ledger_differences'),
    eventsOf: async id => {
      const rows = await arranged.query<{ envelope: unknown }>(
        `select envelope from inventory.outbox where envelope -> 'subject' ->> 'id' = $1
         order by (envelope ->> 'sequence')::integer`,
        [id],
      )
      return rows.map(({ envelope }) => {
        const parsed = parseEvent(envelope)
        if (!parsed.ok) throw new Error(parsed.reason)
        return parsed.event
      })
    },
    close: async () => {
      await Promise.all(opened.map(each => each.close()))
      await arranged.close()
    },
  }
}
