import type { JobResult, JobWithMetadata, PgBoss } from 'pg-boss'
import type { Log } from '../log.ts'
import { attempt } from './attempt.ts'
import { type Bus, type BusLag, type DeadLetter, type Serving, servingWithDefaults } from './bus.ts'
import { BUS_SCHEMA } from './bus-schema.ts'
import { type Queues, queuesOf } from './declare-consumer.ts'
import { keepTrying } from './keep-trying.ts'
import { type LazyBoss, lazyBoss, type PostgresBusOptions } from './lazy-boss.ts'

const DEAD_LETTERS_SHOWN = 500
const REDRIVEN_AT_ONCE = 1_000
const WORK = {
  includeMetadata: true,
  perJobResults: true,
  pollingIntervalSeconds: 1,
  notifyPollingIntervalSeconds: 2,
  // More is fetched at once only while there is more than one fetch takes.
  burstWhenBatchFull: true,
  // Each waits for all of its batch: a handler that hangs stops one of them.
  localConcurrency: 2,
} as const

/**
 * Events through PostgreSQL, by pg-boss: a queue and a queue of dead letters for each consumer, and a table of who
 * consumes what. For laptops, tests and a single machine: every service must use one database.
 */
export function openPostgresBus(options: PostgresBusOptions): Bus {
  const serving = servingWithDefaults(options)
  const { log } = options
  const queues = queuesOf(serving.consumer)
  const boss = lazyBoss(options, serving)
  return {
    publish: async envelopes => publish(await boss.started(), envelopes),
    subscribe: handler => subscribe(boss, serving, queues.live, log, handler),
    deadLetters: async () => {
      const jobs = await (
        await boss.started()
      ).findJobs<object>(queues.dead, {
        queued: true,
        limit: DEAD_LETTERS_SHOWN,
      })
      return jobs.map(deadLetterOf)
    },
    redrive: async ids =>
      redrive(await boss.started(), queues.dead, ids === 'all' ? undefined : [...ids]),
    lag: async () => lag(await boss.started(), queues),
    close: boss.close,
  }
}

/** The event's id is the job's: handing an event over again while the bus still knows it makes no second job. */
async function publish(boss: PgBoss, envelopes: Parameters<Bus['publish']>[0]): Promise<[]> {
  const { rows } = await boss
    .getDb()
    .executeSql(`select name, event from ${BUS_SCHEMA}.subscription where event = any($1)`, [
      [...new Set(envelopes.map(({ type }) => type))],
    ])
  const typesOf = new Map<string, Set<string>>()
  for (const { name, event } of rows as { name: string; event: string }[])
    typesOf.set(name, (typesOf.get(name) ?? new Set()).add(event))
  for (const [queue, types] of typesOf)
    await boss.insert(
      queue,
      envelopes.filter(({ type }) => types.has(type)).map(data => ({ id: data.id, data })),
    )
  return []
}

function subscribe(
  boss: LazyBoss,
  serving: Required<Serving>,
  queue: string,
  log: Log,
  handler: Parameters<Bus['subscribe']>[0],
): () => Promise<void> {
  const stopping = new AbortController()
  const working = keepTrying(stopping.signal, log, 'reading events', async () => {
    await (
      await boss.started()
    ).work<object, unknown, typeof WORK & { batchSize: number }>(
      queue,
      { ...WORK, batchSize: Math.max(2, Math.ceil(serving.concurrency / WORK.localConcurrency)) },
      jobs => Promise.all(jobs.map(job => handle(job, serving, log, handler))),
    )
  })
  return async () => {
    stopping.abort()
    await working
    await (await boss.started()).offWork(queue, { wait: true })
  }
}

async function handle(
  { id, data, retryCount }: JobWithMetadata,
  { handlerSeconds }: Required<Serving>,
  log: Log,
  handler: Parameters<Bus['subscribe']>[0],
): Promise<JobResult> {
  const outcome = await attempt(handler, data, retryCount + 1, handlerSeconds * 1000, log)
  switch (outcome.result) {
    case 'done':
      return { id, status: 'completed' }
    case 'again':
      return { id, status: 'failed', output: { reason: outcome.reason } }
    case 'dead':
      return { id, status: 'deadletter', output: { reason: outcome.reason } }
  }
}

const deadLetterOf = ({ id, data, sourceOutput, createdOn }: JobWithMetadata): DeadLetter => ({
  id,
  raw: data,
  reason: reasonIn(sourceOutput),
  at: createdOn.toISOString(),
})

/** pg-boss itself writes why a job whose consumer died is over. */
function reasonIn(output: object | null): string | undefined {
  const { reason, message } = { ...output } as { reason?: unknown; message?: unknown }
  const text = reason ?? message
  return typeof text === 'string' ? text : undefined
}

async function redrive(boss: PgBoss, dead: string, ids: string[] | undefined): Promise<number> {
  const moved = await boss.redrive(dead, { limit: REDRIVEN_AT_ONCE, ...(ids && { ids }) })
  return moved === REDRIVEN_AT_ONCE ? moved + (await redrive(boss, dead, ids)) : moved
}

async function lag(boss: PgBoss, { live, dead }: Queues): Promise<BusLag> {
  const { rows } = await boss.getDb().executeSql(
    `select name, count(*)::int as waiting from ${BUS_SCHEMA}.job
      where name in ($1, $2) and state in ('created', 'retry', 'active') group by name`,
    [live, dead],
  )
  const counts = new Map(
    (rows as { name: string; waiting: number }[]).map(({ name, waiting }) => [name, waiting]),
  )
  return { waiting: counts.get(live) ?? 0, deadLetters: counts.get(dead) ?? 0 }
}
