import type { DatabaseConfig, EventsConfig } from '../config.ts'
import { preparePostgresBus } from '../bus/prepare-postgres-bus.ts'
import type { AnyManifest } from '../manifest.ts'
import { migrate, type MigrationLog } from './migrations.ts'

/** What the config of every service with a database has. */
export interface DatabaseAndEvents {
  database: DatabaseConfig
  events: EventsConfig
}

export interface ServiceMigration {
  manifest: Pick<AnyManifest, 'name' | 'publishes' | 'consumes'>
  config: DatabaseAndEvents
  /** URL of a role that may create roles and schemas, with its password. */
  adminUrl: string
  /** Folder of `0001-name.sql` files. */
  folder: string
}

/**
 * All that a service finds done when it starts: its role, schema and tables, and its place on the bus where that is in
 * PostgreSQL. Returns the names of the migrations that ran.
 */
export async function migrateService(
  { manifest, config: { database, events }, adminUrl, folder }: ServiceMigration,
  log: MigrationLog,
): Promise<string[]> {
  const { url, iamRegion } = database
  const done = await migrate(
    { service: manifest.name, url, adminUrl, iam: iamRegion !== undefined, folder },
    log,
  )
  if (isInPostgres(manifest, events))
    await preparePostgresBus(adminUrl, url, {
      consumer: manifest.name,
      consumes: manifest.consumes,
    })
  return done
}

/** The service has events, and they go through PostgreSQL. */
const isInPostgres = (
  { publishes, consumes }: ServiceMigration['manifest'],
  { topicArn, queueUrl }: EventsConfig,
): boolean =>
  publishes.length + consumes.length > 0 && topicArn === undefined && queueUrl === undefined
