import type { PgBoss } from 'pg-boss'
import { type Bus, type BusLag, type DeadLetter, servingWithDefaults } from './bus.ts'
import { BUS_SCHEMA } from './bus-schema.ts'
import { type Queues, queuesOf } from './declare-consumer.ts'
import { lazyBoss, type PostgresBusOptions } from './lazy-boss.ts'
import { consume, ring } from './postgres-consumer.ts'

const DEAD_LETTERS_SHOWN = 500
const REDRIVEN_AT_ONCE = 1_000

/**
 * Events through PostgreSQL, by pg-boss: a queue and a queue of dead letters for each consumer, and a table of who
 * consumes what. For laptops, tests and a single machine: every service must use one database.
 */
export function openPostgresBus(options: PostgresBusOptions): Bus {
  const serving = servingWithDefaults(options)
  const { url, log } = options
  const queues = queuesOf(serving.consumer)
  const boss = lazyBoss(options, serving)
  const consumes = serving.consumes.length > 0
  return {
    publish: async envelopes => publish(await boss.started(), envelopes),
    subscribe: handler => consume({ boss, url, queue: queues.live, serving, log, handler }),
    deadLetters: async () => (consumes ? deadLettersIn(await boss.started(), queues.dead) : []),
    redrive: async ids => (consumes ? redrive(await boss.started(), queues, ids) : 0),
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
  const distinct = [...new Map(envelopes.map(envelope => [envelope.id, envelope])).values()]
  for (const [queue, types] of typesOf)
    await boss.insert(
      queue,
      distinct.filter(({ type }) => types.has(type)).map(data => ({ id: data.id, data })),
    )
  await ring(boss, [...typesOf.keys()])
  return []
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
  queues: Queues,
  ids: 'all' | readonly string[],
): Promise<number> {
  if (ids.length === 0) return 0
  const which = ids === 'all' ? {} : { ids: [...ids] }
  const moved = await boss.redrive(queues.dead, { limit: REDRIVEN_AT_ONCE, ...which })
  await ring(boss, [queues.live])
  return moved === REDRIVEN_AT_ONCE ? moved + (await redrive(boss, queues, ids)) : moved
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
