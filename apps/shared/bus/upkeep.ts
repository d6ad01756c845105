import { type BatchObservableCallback, metrics } from '@opentelemetry/api'
import type { Database } from '../database/database.ts'
import { pruneInbox } from '../events/inbox.ts'
import type { Log } from '../process/log.ts'
import { outboxLag, pruneOutbox } from '../events/outbox.ts'
import type { Bus } from './bus.ts'
import { pause } from './keep-trying.ts'

const HOUR_MS = 3_600_000
/** Sent events are kept this long for whoever asks what happened. */
const OUTBOX_DAYS = 7
/** Longer than any bus keeps an event: 14 days in its queue, 14 as a dead letter, 14 more when it is redriven then. */
const INBOX_DAYS = 45

/** Deletes some kind of old rows. Returns how many. */
export type Prune = (database: Database) => Promise<number>

const EVENTS: readonly Prune[] = [
  database => pruneOutbox(database, OUTBOX_DAYS),
  database => pruneInbox(database, INBOX_DAYS),
]

/**
 * Deletes what nobody needs any more, every hour. Instances may do it at the same time.
 * @param more other old rows of the service
 */
export function startPruning(
  database: Database,
  log: Log,
  more: readonly Prune[],
): () => Promise<void> {
  const stopping = new AbortController()
  const pruning = (async () => {
    while (!stopping.signal.aborted) {
      await pause(HOUR_MS, stopping.signal)
      if (!stopping.signal.aborted) await pruneAll(database, log, [...EVENTS, ...more])
    }
  })()
  return async () => {
    stopping.abort()
    await pruning
  }
}

async function pruneAll(database: Database, log: Log, all: readonly Prune[]): Promise<void> {
  for (const prune of all)
    try {
      await prune(database)
    } catch (error) {
      log.warn({ err: error }, 'old rows could not be deleted; in an hour again')
    }
}

/**
 * How far events are behind: unsent ones of the outbox, waiting and dead ones of the consumer.
 * @returns ends it; what telemetry exports after database and bus were closed has none of it
 */
export function watchLag(service: string, database: Database, bus: Pick<Bus, 'lag'>): () => void {
  const meter = metrics.getMeter(service)
  const unsent = meter.createObservableGauge('events.outbox.unsent')
  const age = meter.createObservableGauge('events.outbox.oldest_age', { unit: 's' })
  const waiting = meter.createObservableGauge('events.waiting')
  const dead = meter.createObservableGauge('events.dead_letters')
  const gauges = [unsent, age, waiting, dead]
  const observe: BatchObservableCallback = async result => {
    const [outbox, queue] = await Promise.all([outboxLag(database), bus.lag()])
    result.observe(unsent, outbox.waiting)
    result.observe(age, outbox.oldestSeconds)
    result.observe(waiting, queue.waiting)
    result.observe(dead, queue.deadLetters)
  }
  meter.addBatchObservableCallback(observe, gauges)
  return () => meter.removeBatchObservableCallback(observe, gauges)
}
