import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openDataFolder } from '../data/data-folder.ts'
import { readSecrets } from '../data/secrets.ts'
import type { RunnerLog } from '../log.ts'
import { whereItIs } from '../postgres/home.ts'
import { isServerOf } from '../postgres/orphan.ts'
import { startPostgres } from '../postgres/postgres.ts'
import { SUPERUSER } from '../postgres/cluster.ts'
import { DATABASE } from '../services/supply.ts'
import { StartError } from '../start-error.ts'

/**
 * Gives the URL of the shop's database: of the one that runs, or of one that is started for the time being.
 * @throws {StartError} when there is no shop in the folder
 */
export async function withDatabaseOf<T>(
  dataDir: string,
  log: RunnerLog,
  use: (adminUrl: string, isRunning: boolean) => Promise<T>,
): Promise<T> {
  const secrets = await readSecrets(join(dataDir, 'secrets.json'))
  if (!secrets)
    throw new StartError(
      'folder_unusable',
      `There is no shop in ${dataDir}.`,
      'Start it once (npm start), or name its folder: --data DIR',
    )
  const port = await runningPort(join(dataDir, 'postgres'))
  if (port !== undefined) {
    const password = encodeURIComponent(secrets.superuser)
    return use(`postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`, true)
  }
  // As long as it is ours nobody can start the shop beside us.
  const folder = await openDataFolder(dataDir, log)
  try {
    const postgres = await startPostgres({
      dataDir: folder.postgres,
      password: secrets.superuser,
      log,
    })
    try {
      return await use(postgres.adminUrl(DATABASE), false)
    } finally {
      await postgres.stop()
    }
  } finally {
    await folder.release()
  }
}

/** PostgreSQL writes it into the fourth line. */
const PORT_LINE = 3

async function runningPort(dataDir: string): Promise<number | undefined> {
  const place = await whereItIs(dataDir)
  const text = await readFile(join(place, 'postmaster.pid'), 'utf8').catch(() => '')
  const [pid, port] = [Number.parseInt(text, 10), Number(text.split('\n')[PORT_LINE])]
  return isServerOf(place, pid) && port > 0 ? port : undefined
}
