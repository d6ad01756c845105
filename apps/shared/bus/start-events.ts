import type { DatabaseConfig, EventsConfig } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { AnyManifest } from '../manifest.ts'
import type { Kit } from '../process/run.ts'
import type { Serving } from './bus.ts'
import { eventHandler } from './handle-event.ts'
import { openBus } from './open-bus.ts'
import type { Reactions } from './reactions.ts'
import { startRelay } from './relay.ts'
import { type Prune, startPruning, watchLag } from './upkeep.ts'

export interface EventsOptions<M extends AnyManifest> {
  manifest: M
  kit: Pick<Kit<M>, 'config' | 'log' | 'onClose'>
  database: Database
  /** What happens here for each event that the manifest consumes. */
  reactions: Reactions<M>
  /** Old rows that are deleted every hour beside those of events: `pruneIdempotencyKeys`. */
  prune?: readonly Prune[]
  /** How events are tried again; for tests. */
  serving?: Partial<Omit<Serving, 'consumer' | 'consumes'>>
}

/**
 * Connects a service with the bus, as its manifest says: hands on what its outbox holds, reads what it consumes, and
 * does it once. Needs a database with the tables of `event-tables.sql`. Stops by itself with the service.
 */
export async function startEvents<M extends AnyManifest>(options: EventsOptions<M>): Promise<void> {
  const { manifest, kit, database, reactions, prune = [], serving } = options
  const { log, onClose } = kit
  const { service, events, database: connection } = kit.config as unknown as EventConfig
  const bus = await openBus({
    ...serving,
    ...events,
    consumer: service,
    consumes: manifest.consumes,
    databaseUrl: connection.url,
    log,
  })
  onClose('event bus', bus.close)
  onClose('lag of events', watchLag(service, database, bus))
  onClose('pruning of events', startPruning(database, log, prune))
  if (manifest.publishes.length > 0) {
    const relay = startRelay({ database, bus, log })
    onClose('event relay', relay.stop)
    database.onEvents(relay.ring)
  }
  if (manifest.consumes.length > 0)
    onClose('event consumer', bus.subscribe(eventHandler(service, database, reactions)))
}

/** What the config of every service with events and a database has. */
interface EventConfig {
  service: string
  events: EventsConfig
  database: DatabaseConfig
}
