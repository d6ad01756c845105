import type { PgBoss } from 'pg-boss'
import type { Serving } from './bus.ts'
import { BUS_SCHEMA } from './bus-schema.ts'

const HOUR = 3600
const DAY = 24 * HOUR

/** Names of a consumer's queues. */
export interface Queues {
  live: string
  dead: string
}

export const queuesOf = (consumer: string): Queues => ({
  live: consumer,
  dead: `${consumer}.dead`,
})

/** Makes the consumer's queues and says what it consumes. Doing it again changes what is there. */
export async function declareConsumer(boss: PgBoss, serving: Required<Serving>): Promise<void> {
  const { live, dead } = queuesOf(serving.consumer)
  const kept = { retentionSeconds: 14 * DAY, deleteAfterSeconds: HOUR }
  const options = {
    ...kept,
    retryLimit: serving.deliveries - 1,
    retryDelay: serving.retrySeconds,
    retryDelayMax: serving.retryMaxSeconds,
    retryBackoff: true,
    expireInSeconds: serving.visibilitySeconds,
    deadLetter: dead,
    notify: true,
  }
  await boss.createQueue(dead, kept)
  await boss.createQueue(live, options)
  await boss.updateQueue(live, options)
  const { rows } = await boss
    .getDb()
    .executeSql(`select event from ${BUS_SCHEMA}.subscription where name = $1`, [live])
  for (const { event } of rows as { event: string }[])
    if (!serving.consumes.includes(event)) await boss.unsubscribe(event, live)
  for (const type of serving.consumes) await boss.subscribe(type, live)
}
