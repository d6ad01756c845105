import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Migration, Migrator } from '@mikro-orm/migrations'
import { MikroORM } from '@mikro-orm/postgresql'
import { connectionOptions } from './database-connection.ts'
import { migrationFiles, MIGRATIONS_TABLE } from './migration-files.ts'
import type { MigrationLog, MigrationOptions } from './migrations.ts'

/** First line of a file that can't run in a transaction (`create index concurrently`). */
const NO_TRANSACTION = '-- no transaction'
const MIGRATION_TIMEOUT_MS = 15 * 60_000

/**
 * Runs what has not run; the caller holds the lock. Returns the names.
 * @throws Error naming the migration that failed, with the database's error as its cause
 */
export async function runPending(
  { service, adminUrl, folder }: MigrationOptions,
  log: MigrationLog,
): Promise<string[]> {
  const connection = connectionOptions(adminUrl, `${service}-migrations`)
  const orm = await MikroORM.init({
    ...connection,
    driverOptions: {
      ...connection.driverOptions,
      options: `-c search_path="${service}",public`,
      statement_timeout: MIGRATION_TIMEOUT_MS,
      query_timeout: MIGRATION_TIMEOUT_MS,
    },
    entities: [],
    discovery: { warnWhenNoEntities: false },
    schema: service,
    pool: { min: 0, max: 1 },
    extensions: [Migrator],
    migrations: {
      tableName: MIGRATIONS_TABLE,
      snapshot: false,
      silent: true,
      allOrNothing: false,
      disableForeignKeys: false,
      migrationsList: await migrationsIn(folder),
    },
  })
  let running: string | undefined
  orm.migrator.on('migrating', ({ name }) => void (running = name))
  orm.migrator.on('migrated', ({ name }) => log.info({ migration: name }, 'migration ran'))
  try {
    return (await orm.migrator.up()).map(({ name }) => name)
  } catch (error) {
    throw running === undefined ? error : new Error(`migration ${running} failed`, { cause: error })
  } finally {
    await orm.close(true)
  }
}

async function migrationsIn(folder: string) {
  const files = await migrationFiles(folder)
  return Promise.all(
    files.map(async file => ({
      name: basename(file, '.sql'),
      class: sqlMigration(await readFile(join(folder, file), 'utf8')),
    })),
  )
}

/** A file of SQL as the class that MikroORM's migrator runs. */
function sqlMigration(
  sql: string,
): new (...args: ConstructorParameters<typeof Migration>) => Migration {
  return class extends Migration {
    override up(): void {
      this.addSql(sql)
    }
    override isTransactional(): boolean {
      return !sql.startsWith(NO_TRANSACTION)
    }
  }
}
