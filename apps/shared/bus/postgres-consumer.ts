import type { JobResult, JobWithMetadata, PgBoss } from 'pg-boss'
import { listen } from '../database/listen.ts'
import type { Log } from '../process/log.ts'
import { attempt } from './attempt.ts'
import { BUS_SCHEMA } from './bus-schema.ts'
import type { Handler, Serving } from './bus.ts'
import { keepTrying } from './keep-trying.ts'
import type { LazyBoss } from './lazy-boss.ts'

const WORK = {
  includeMetadata: true,
  perJobResults: true,
  // For what is tried again, and for what nobody rang for.
  pollingIntervalSeconds: 2,
} as const

export interface Consumer {
  boss: LazyBoss
  url: string
  queue: string
  serving: Required<Serving>
  log: Log
  handler: Handler
}

const channelOf = (queue: string): string => `${BUS_SCHEMA}_${queue}`

/** Tells consumers that something is in their queues. */
export async function ring(boss: PgBoss, queues: readonly string[]): Promise<void> {
  if (queues.length > 0)
    await boss
      .getDb()
      .executeSql(`select pg_notify(channel, '') from unnest($1::text[]) channel`, [
        queues.map(channelOf),
      ])
}

/** Reads a queue by as many workers as events may be in hand at once, until it is stopped. */
export function consume(consumer: Consumer): () => Promise<void> {
  const { boss, url, queue, serving, log } = consumer
  const stopping = new AbortController()
  let reading: PgBoss | undefined
  let wake = () => {}
  const beginning = keepTrying(stopping.signal, log, 'reading events', async () => {
    reading = await boss.started()
    wake = await startWorkers(reading, consumer)
  })
  const stopListening = listen({
    database: { url },
    name: `${serving.consumer}-bell`,
    channel: channelOf(queue),
    log,
    onNotify: () => wake(),
  })
  return async () => {
    stopping.abort()
    await Promise.all([beginning, stopListening()])
    await reading?.offWork(queue, { wait: true })
  }
}

/**
 * pg-boss would let each worker pause after each event, and wake all of them for each that comes. Here one that is idle is
 * woken; who finds an event wakes the next one, and looks again when it is done.
 */
async function startWorkers(boss: PgBoss, consumer: Consumer): Promise<() => void> {
  const { queue, serving } = consumer
  const workers: string[] = []
  const busy = new Set<string>()
  const wakeNext = () => {
    const idle = workers.find(worker => !busy.has(worker))
    if (idle !== undefined) boss.notifyWorker(idle)
  }
  for (let count = 0; count < serving.concurrency; count++) {
    const worker: string = await boss.work<object, unknown, typeof WORK>(
      queue,
      WORK,
      async jobs => {
        busy.add(worker)
        boss.notifyWorker(worker)
        wakeNext()
        try {
          return await Promise.all(jobs.map(job => handle(job, consumer)))
        } finally {
          busy.delete(worker)
        }
      },
    )
    workers.push(worker)
  }
  return wakeNext
}

async function handle(
  { id, data, retryCount }: JobWithMetadata,
  { serving, log, handler }: Consumer,
): Promise<JobResult> {
  const outcome = await attempt(handler, data, retryCount + 1, serving.handlerSeconds * 1000, log)
  switch (outcome.result) {
    case 'done':
      return { id, status: 'completed' }
    case 'again':
      return { id, status: 'failed', output: { reason: outcome.reason } }
    case 'dead':
      return { id, status: 'deadletter', output: { reason: outcome.reason } }
  }
}
