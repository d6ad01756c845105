import { join } from 'node:path'
import { readConfig } from '../../shared/config.ts'
import type { AnyManifest } from '../../shared/manifest.ts'
import { type DatabaseAndEvents, migrateService } from '../../shared/database/migrate-service.ts'
import type { RunnerLog } from '../log.ts'
import { StartError } from '../start-error.ts'

export interface MigrationTarget {
  manifest: AnyManifest
  env: Record<string, string>
}

/**
 * Does in this process what `node apps/NAME/main.ts migrate` does: a process for each service would load the same
 * modules as many times, which is most of the time that a first start takes.
 * @throws {StartError} with the migration's own error
 */
export async function migrate(
  { manifest, env }: MigrationTarget,
  appsDir: string,
  adminUrl: string,
  log: RunnerLog,
): Promise<void> {
  const { name } = manifest
  if (!Object.hasOwn(manifest.needs, 'database')) return
  const config = readConfig(manifest, env) as unknown as DatabaseAndEvents
  const ran = {
    info: (fields: object, message: string) => log.info(`${name}: ${message}`, fields),
  }
  try {
    await migrateService(
      { manifest, config, adminUrl, folder: join(appsDir, name, 'migrations') },
      ran,
    )
  } catch (error) {
    throw new StartError(
      'migration_failed',
      `The migrations of ${name} failed:\n${messagesOf(error).join('\n')}`,
      `Repair apps/${name}/migrations and start again; what ran before the failure stays.`,
    )
  }
}

/** Of an error and of what caused it, one a line. */
const messagesOf = (error: unknown): string[] =>
  error instanceof Error
    ? [error.message || error.name, ...(error.cause ? messagesOf(error.cause) : [])]
    : [String(error)]
