import pg from 'pg'
import type { Bus, DeadLetter } from '../../shared/bus/bus.ts'
import { openPostgresBus } from '../../shared/bus/postgres-bus.ts'
import { preparePostgresConsumers } from '../../shared/bus/prepare-postgres-bus.ts'
import { parseEvent } from '../../shared/events/events.ts'
import type { Log } from '../../shared/process/log.ts'
import type { AnyManifest } from '../../shared/manifest.ts'
import type { EventsCommand } from './options.ts'

export interface EventsRun {
  command: EventsCommand
  manifests: readonly AnyManifest[]
  adminUrl: string
  /** Whether the shop runs, and takes at once what is redriven. */
  isRunning: boolean
  log: Log
}

/** Does what was asked and returns the lines to print. */
export async function runEvents(run: EventsRun): Promise<string[]> {
  const { command, manifests, adminUrl } = run
  await preparePostgresConsumers(adminUrl, manifests.map(servingOf))
  switch (command.name) {
    case 'dead-letters':
      if (command.consumers.length === 0) return ['no service consumes events']
      return (
        await Promise.all(command.consumers.map(manifest => deadLetterLines(run, manifest)))
      ).flat()
    case 'redrive':
      return redriveLines(run, command.consumer, command.ids)
    case 'lag':
      return lagLines(run)
  }
}

const servingOf = ({ name, consumes }: AnyManifest) => ({ consumer: name, consumes })

async function withBus<T>(
  { adminUrl, log }: EventsRun,
  manifest: AnyManifest,
  use: (bus: Bus) => Promise<T>,
): Promise<T> {
  const bus = openPostgresBus({ ...servingOf(manifest), url: adminUrl, log })
  try {
    return await use(bus)
  } finally {
    await bus.close()
  }
}

async function deadLetterLines(run: EventsRun, manifest: AnyManifest): Promise<string[]> {
  const letters = await withBus(run, manifest, bus => bus.deadLetters())
  if (letters.length === 0) return [`${manifest.name}: no dead letters`]
  return [
    `${manifest.name}: ${letters.length === 1 ? '1 dead letter' : `${letters.length} dead letters`}`,
    ...letters.map(
      letter =>
        `  ${letter.id}  ${letter.at}  ${whatOf(letter)}\n    ${letter.reason ?? 'its consumer was killed, or took too long, each time'}`,
    ),
  ]
}

/** Type and id alone: the data of an event may be personal. */
function whatOf({ raw }: DeadLetter): string {
  const parsed = parseEvent(raw)
  return parsed.ok ? `${parsed.event.type} ${parsed.event.id}` : parsed.reason
}

async function redriveLines(
  run: EventsRun,
  manifest: AnyManifest,
  ids: 'all' | readonly string[],
): Promise<string[]> {
  const count = await withBus(run, manifest, bus => bus.redrive(ids))
  const when = run.isRunning ? '' : ' when it runs'
  const moved = `${manifest.name} gets ${count === 1 ? '1 event' : `${count} events`} again${when}`
  return ids === 'all' || count === ids.length
    ? [moved]
    : [moved, `${ids.length - count} of the ids are no dead letters of ${manifest.name}`]
}

async function lagLines(run: EventsRun): Promise<string[]> {
  const rows = [['service', 'unsent', 'waiting', 'dead']]
  for (const manifest of run.manifests) {
    const { name, publishes, consumes } = manifest
    if (publishes.length + consumes.length === 0) continue
    const lag = consumes.length > 0 ? await withBus(run, manifest, bus => bus.lag()) : undefined
    const unsent = publishes.length > 0 ? await unsentOf(run.adminUrl, name) : undefined
    rows.push([name, cell(unsent), cell(lag?.waiting), cell(lag?.deadLetters)])
  }
  const width = Math.max(...rows.map(([name = '']) => name.length))
  return rows.map(([name = '', ...cells]) =>
    [name.padEnd(width), ...cells.map(text => text.padStart(8))].join(''),
  )
}

const cell = (count: number | undefined): string => (count === undefined ? '-' : String(count))

/** Undefined where the service has not made its tables yet. */
async function unsentOf(adminUrl: string, service: string): Promise<number | undefined> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    const table = `${client.escapeIdentifier(service)}.outbox`
    const { rows } = await client.query('select where to_regclass($1) is not null', [table])
    if (rows.length === 0) return undefined
    const counted = await client.query<{ unsent: number }>(
      `select count(*)::int as unsent from ${table} where sent_at is null`,
    )
    return counted.rows[0]?.unsent
  } finally {
    await client.end()
  }
}
