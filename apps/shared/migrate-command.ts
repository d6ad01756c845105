import type { DatabaseConfig, EventsConfig } from './config.ts'
import { preparePostgresBus } from './bus/prepare-postgres-bus.ts'
import type { AnyManifest } from './manifest.ts'
import { AdminUrl, migrate } from './migrations.ts'
import type { Command } from './run.ts'

/**
 * `node apps/NAME/main.ts migrate`: needs `DATABASE_ADMIN_URL` beside the service's own environment, and
 * `DATABASE_ADMIN_PASSWORD` where a secret store holds the password apart from the URL.
 */
export const migrateCommand =
  <M extends AnyManifest>(
    folder: string,
    env: Readonly<Record<string, string | undefined>>,
  ): Command<M> =>
  async ({ manifest, config, log }) => {
    const adminUrl = AdminUrl.safeParse(env['DATABASE_ADMIN_URL'])
    if (!adminUrl.success)
      throw new Error(adminUrl.error.issues.map(issue => issue.message).join(', '))
    const { database, events } = config as unknown as WithDatabase
    const { url, iamRegion } = database
    const admin = withPassword(adminUrl.data, env['DATABASE_ADMIN_PASSWORD'])
    const done = await migrate(
      { service: config.service, url, adminUrl: admin, iam: iamRegion !== undefined, folder },
      log,
    )
    if (isInPostgres(manifest, events))
      await preparePostgresBus(admin, url, {
        consumer: manifest.name,
        consumes: manifest.consumes,
      })
    return done.length === 0 ? 'nothing to migrate' : `migrated: ${done.join(', ')}`
  }

/** The service has events, and they go through PostgreSQL. */
const isInPostgres = (
  { publishes, consumes }: AnyManifest,
  { topicArn, queueUrl }: EventsConfig,
): boolean =>
  publishes.length + consumes.length > 0 && topicArn === undefined && queueUrl === undefined

/** What the config of every service with a database has. */
interface WithDatabase {
  database: DatabaseConfig
  events: EventsConfig
}

function withPassword(url: string, password: string | undefined): string {
  if (!password) return url
  const complete = new URL(url)
  complete.password = encodeURIComponent(password)
  return complete.href
}
