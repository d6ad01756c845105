import { join } from 'node:path'
import pg from 'pg'
import { removePostgres, type Postgres, startPostgres } from '../postgres/postgres.ts'
import { recordingLog } from './recording-log.ts'
import { removeFolder, temporaryFolder } from './temporary-folder.ts'

export interface PostgresFolder {
  folder: string
  /** Of the cluster that `start` makes or takes up. */
  dataDir: string
  options: { password: string; settings: Record<string, string> }
  log: ReturnType<typeof recordingLog>
  start: (dataDir?: string) => Promise<Postgres>
  /** Stops what was started, and forgets what was said. */
  rest: () => Promise<void>
  remove: () => Promise<void>
}

/** A folder for clusters, and what was started in it. */
export async function postgresFolder(): Promise<PostgresFolder> {
  const folder = await temporaryFolder()
  const dataDir = join(folder, 'postgres')
  const options = { password: 'superuser-password', settings: { fsync: 'off' } }
  const log = recordingLog()
  let running: Postgres[] = []
  return {
    folder,
    dataDir,
    options,
    log,
    start: async (dir = dataDir) => {
      const postgres = await startPostgres({ dataDir: dir, ...options, log })
      running.push(postgres)
      return postgres
    },
    rest: async () => {
      await Promise.all(running.map(each => each.stop()))
      running = []
      log.lines.length = 0
    },
    remove: async () => {
      await removePostgres(dataDir, log)
      await removeFolder(folder)
    },
  }
}

export async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

export const answers = (postgres: Postgres): Promise<boolean> =>
  query(postgres.adminUrl('postgres'), 'select 1').then(
    () => true,
    () => false,
  )
