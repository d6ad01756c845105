import type { PgBoss } from 'pg-boss'
import { type Serving, servingWithDefaults } from './bus.ts'
import { BUS_SCHEMA } from './bus-schema.ts'

/** Names of a consumer's queues. */
export interface Queues {
  live: string
  dead: string
}

export const queuesOf = (consumer: string): Queues => ({
  live: consumer,
  dead: `${consumer}.dead`,
})

const DAY = 24 * 3600
/** What is waiting is kept for days, what is done only so long that the bus knows an event that comes twice. */
const KEPT = { retentionSeconds: 14 * DAY, deleteAfterSeconds: 600 }

/**
 * Makes a consumer's queues and says what it consumes; changes what is there already. From then on nothing that it
 * consumes is lost, whether it runs or not.
 */
export async function declareConsumer(boss: PgBoss, given: Serving): Promise<void> {
  const serving = servingWithDefaults(given)
  const { live, dead } = queuesOf(serving.consumer)
  if (serving.consumes.length > 0) {
    const options = {
      ...KEPT,
      retryLimit: serving.deliveries - 1,
      retryDelay: serving.retrySeconds,
      retryDelayMax: serving.retryMaxSeconds,
      retryBackoff: true,
      expireInSeconds: serving.visibilitySeconds,
      deadLetter: dead,
      notify: false,
    }
    await boss.createQueue(dead, KEPT)
    await boss.createQueue(live, options)
    await boss.updateQueue(live, options)
  }
  const { rows } = await boss
    .getDb()
    .executeSql(`select event from ${BUS_SCHEMA}.subscription where name = $1`, [live])
  for (const { event } of rows as { event: string }[])
    if (!serving.consumes.includes(event)) await boss.unsubscribe(event, live)
  for (const type of serving.consumes) await boss.subscribe(type, live)
}
