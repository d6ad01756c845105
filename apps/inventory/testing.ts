import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { openPostgresBus } from '../shared/bus/postgres-bus.ts'
import { preparePostgresBus } from '../shared/bus/prepare-postgres-bus.ts'
import { EVENTS } from '../shared/event-data.ts'
import type { Envelope, EventData, EventType } from '../shared/events/events.ts'
import { documentedAnswers } from '../shared/testing/documented-answers.ts'
import { testDatabase, type TestDatabase } from '../shared/testing/test-database.ts'
import { testIssuer } from '../shared/testing/test-issuer.ts'
import { type Answer, startTestService, type TestService } from '../shared/testing/test-service.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { start } from './start.ts'

export const SERVICE_TOKEN = 'a-token-that-only-services-know-of-it'

/** The service with its database, and a bus that brings it other services' events. */
export interface Warehouse {
  inventory: TestService
  database: TestDatabase
  /** Tokens, and the id of the admin. */
  admin: string
  adminId: string
  buyer: string
  /** Sends the event as the service that publishes it would. @param sequence of its subject */
  send: <T extends EventType>(type: T, data: EventData<T>, sequence?: number) => Promise<void>
  /** A product with so many pieces, told by its event. */
  product: (pieces: number) => Promise<string>
  close: () => Promise<void>
}

export async function openWarehouse(): Promise<Warehouse> {
  const [database, issuer] = await Promise.all([
    testDatabase('inventory', MIGRATIONS),
    testIssuer(),
  ])
  // As `migrate` does: from then on events wait for the service.
  await preparePostgresBus(database.adminUrl, database.url, {
    ...{ consumer: manifest.name, consumes: manifest.consumes },
  })
  const inventory = await documentedAnswers(
    await startTestService(manifest, start, {
      database: { url: database.url, poolSize: 5 },
      tokens: { jwksUrl: issuer.jwksUrl },
      callers: { token: SERVICE_TOKEN },
      calls: {},
      settings: {},
      secrets: {},
    }),
  )
  const bus = openPostgresBus({
    url: database.url,
    consumer: 'others',
    consumes: [],
    log: pino({ level: 'silent' }),
  })
  const adminId = randomUUID()
  const send: Warehouse['send'] = async (type, data, sequence = 1) =>
    void (await bus.publish([envelopeOf(type, data, sequence)]))
  return {
    ...{ inventory, database, send, adminId },
    admin: await issuer.token('admin', adminId),
    buyer: await issuer.token('buyer'),
    product: async pieces => {
      const id = randomUUID()
      await send('product.created', productCreated(id, pieces))
      await untilEffective(database, 'product', id, 1)
      return id
    },
    close: async () => {
      await bus.close()
      await inventory.stop()
      await Promise.all([issuer.close(), database.close()])
    },
  }
}

export const productCreated = (id: string, pieces: number): EventData<'product.created'> => ({
  ...{ product_id: id, name: 'Walnut Desk', price_cents: 42_950, currency: 'USD' },
  ...{ category_id: null, is_active: true, stock_quantity: pieces },
})

function envelopeOf<T extends EventType>(type: T, data: EventData<T>, sequence: number): Envelope {
  const [subject = ''] = type.split('.')
  const ids = data as Record<string, unknown>
  return {
    ...{ id: randomUUID(), type, sequence, data, version: EVENTS[type].version },
    ...{ occurred_at: new Date().toISOString(), traceparent: null },
    subject: { type: subject, id: String(ids[`${subject}_id`]) },
  }
}

/** Waits until so many events about a subject had their effect. */
export async function untilEffective(
  database: TestDatabase,
  type: string,
  id: string,
  sequence: number,
): Promise<void> {
  for (;;) {
    const [row] = await database.query(
      `select from inventory.inbox_subjects where subject = $1 and last_sequence >= $2`,
      [`${type}:${id}`, sequence],
    )
    if (row) return
  }
}

export const stockOf = async ({ inventory, buyer }: Warehouse, id: string): Promise<Answer> =>
  inventory.call(`/inventory/${id}`, { token: buyer })

export const adjust = (
  { inventory, admin }: Warehouse,
  id: string,
  json: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  inventory.call(`/inventory/${id}/adjustments`, { json, token: admin, headers })

export const reserve = (
  { inventory }: Warehouse,
  orderId: string,
  items: unknown,
  more: object = {},
): Promise<Answer> =>
  inventory.call(`/internal/reservations/${orderId}`, {
    ...{ method: 'PUT', token: SERVICE_TOKEN, json: { items, ...more } },
  })
