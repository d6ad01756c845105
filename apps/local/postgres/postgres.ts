import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from '../processes/children.ts'
import type { RunnerLog } from '../log.ts'
import { ensureCluster, removeUnfinished, SUPERUSER } from './cluster.ts'
import { preparePostgresHome, whereItIs } from './home.ts'
import { stopOrphan } from './orphan.ts'
import { type ServerOptions, startServer } from './server.ts'
import { folderError, StartError } from '../start-error.ts'

export interface PostgresOptions {
  /** Folder of the cluster; the folder above it must exist. Root gets a symbolic link here where it must. */
  dataDir: string
  /** The superuser's, set when the cluster is made. */
  password: string
  /** Server settings, e.g. `{ fsync: 'off' }` for tests. */
  settings?: Readonly<Record<string, string>>
  log: RunnerLog
}

export interface Postgres {
  readonly port: number
  /** Of the server process; changes when it had to be started again. */
  readonly pid: number | undefined
  /** URL of the superuser. */
  adminUrl: (database: string) => string
  url: (database: string, role: string, password: string) => string
  /** Ends all connections and shuts down in order. */
  stop: () => Promise<void>
}

const STOP_MS = 15_000
const RETRY_MS = { first: 100, longest: 2_000 }

/**
 * A real PostgreSQL on 127.0.0.1 that stays up until `stop`: when it dies it is started again on the same port.
 * Recovers from whatever an earlier run left behind.
 * @throws {StartError} naming what was found and what to do
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { password, settings = {}, log } = options
  const home = await preparePostgresHome(options.dataDir)
  await stopOrphan(home.dataDir, log)
  await ensureCluster(home, password)
  const server = await superviseServer({ home, settings, log })
  const url = (database: string, role: string, secret: string) =>
    `postgres://${role}:${encodeURIComponent(secret)}@127.0.0.1:${server.port}/${database}`
  return {
    port: server.port,
    get pid() {
      return server.pid()
    },
    url,
    adminUrl: database => url(database, SUPERUSER, password),
    stop: server.stop,
  }
}

interface Supervised {
  port: number
  pid: () => number | undefined
  stop: () => Promise<void>
}

async function superviseServer(options: ServerOptions): Promise<Supervised> {
  const first = await startServer(options)
  const { port } = first
  let child: Child = first.child
  const stopping = new AbortController()
  let revival: Promise<void> | undefined

  const watch = () =>
    child.once('exit', (code, signal) => {
      if (stopping.signal.aborted) return
      options.log.error(
        `PostgreSQL ended by itself (${signal ?? `code ${code}`}); starting it again`,
      )
      revival = revive()
    })
  const revive = async () => {
    let wait = RETRY_MS.first
    while (!stopping.signal.aborted) {
      try {
        child = (await startServer(options, port)).child
        watch()
        options.log.info('PostgreSQL is back')
        return
      } catch (error) {
        if (!(error instanceof StartError)) throw error
        options.log.error(error.message)
        await sleep(wait)
        wait = Math.min(wait * 2, RETRY_MS.longest)
      }
    }
  }
  watch()
  return {
    port,
    pid: () => child.pid,
    stop: async () => {
      stopping.abort()
      await revival
      await stopChild(child)
    },
  }
}

/** Fast shutdown; the server recovers at its next start should it have to be cut short. */
async function stopChild(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGINT')
  const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_MS)
  await gone
  clearTimeout(timer)
}

/** Deletes the cluster, wherever it really is, after stopping a server that still runs in it. */
export async function removePostgres(dataDir: string, log: RunnerLog): Promise<void> {
  const place = await whereItIs(dataDir)
  await stopOrphan(place, log)
  try {
    await rm(place, { recursive: true, force: true })
    await removeUnfinished(place)
    await rm(dataDir, { force: true })
  } catch (error) {
    throw folderError(error, dataDir)
  }
}
