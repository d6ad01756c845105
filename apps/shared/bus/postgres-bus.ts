import type { JobResult, JobWithMetadata, PgBoss } from 'pg-boss'
import type { Log } from '../log.ts'
import { attempt } from './attempt.ts'
import {
  type Bus,
  type BusLag,
  type DeadLetter,
  type Handler,
  type Serving,
  servingWithDefaults,
} from './bus.ts'
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
  const consumes = serving.consumes.length > 0
  return {
    publish: async envelopes => publish(await boss.started(), envelopes),
    subscribe: handler => subscribe(boss, serving, queues.live, log, handler),
    deadLetters: async () => (consumes ? deadLettersIn(await boss.started(), queues.dead) : []),
    redrive: async ids =>
      consumes ? redrive(await boss.started(), queues.dead, ids === 'all' ? undefined : ids) : 0,
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
  const byId = [...new Map(envelopes.map(envelope => [envelope.id, envelope])).values()]
  for (const [queue, types] of typesOf)
    await boss.insert(
      queue,
      byId.filter(({ type }) => types.has(type)).map(data => ({ id: data.id, data })),
    )
  return []
}

function subscribe(
  boss: LazyBoss,
  serving: Required<Serving>,
  queue: string,
  log: Log,
  handler: Handler,
): () => Promise<void> {
  const stopping = new AbortController()
  let reading: PgBoss | undefined
  const beginning = keepTrying(stopping.signal, log, 'reading events', async () => {
    reading = await boss.started()
    for (let worker = 0; worker < serving.concurrency; worker++)
      await work(reading, queue, jobs =>
        Promise.all(jobs.map(job => handle(job, serving, log, handler))),
      )
  })
  return async () => {
    stopping.abort()
    await beginning
    await reading?.offWork(queue, { wait: true })
  }
}

/** One event after the other: by itself a worker of pg-boss would pause after each until it is polled or notified. */
async function work(
  boss: PgBoss,
  queue: string,
  handleAll: (jobs: JobWithMetadata[]) => Promise<JobResult[]>,
): Promise<void> {
  const worker: string = await boss.work<object, unknown, typeof WORK>(queue, WORK, jobs => {
    boss.notifyWorker(worker)
    return handleAll(jobs)
  })
}

async function handle(
  { id, data, retryCount }: JobWithMetadata,
  { handlerSeconds }: Required<Serving>,
  log: Log,
  handler: Handler,
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

async function deadLettersIn(boss: PgBoss, dead: string): Promise<DeadLetter[]> {
  const jobs = await boss.findJobs<object>(dead, { queued: true, limit: DEAD_LETTERS_SHOWN })
  return jobs.map(({ id, data, sourceOutput, createdOn }) => ({
    id,
    raw: data,
    reason: reasonIn(sourceOutput),
    at: createdOn.toISOString(),
  }))
}

/** Undefined for what its consumer died of: pg-boss says only that its time was over. */
function reasonIn(output: object | null): string | undefined {
  const { reason } = { ...output } as { reason?: unknown }
  return typeof reason === 'string' ? reason : undefined
}

async function redrive(
  boss: PgBoss,
  dead: string,
  ids: readonly string[] | undefined,
): Promise<number> {
  if (ids?.length === 0) return 0
  const moved = await boss.redrive(dead, { limit: REDRIVEN_AT_ONCE, ...(ids && { ids: [...ids] }) })
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
