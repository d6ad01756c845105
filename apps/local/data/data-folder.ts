import {
  access,
  constants,
  link,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { RunnerLog } from '../log.ts'
import { commandOf } from '../processes/process-table.ts'
import { removePostgres } from '../postgres/postgres.ts'
import { errorCode, folderError, StartError } from '../start-error.ts'

/** What `npm start` keeps between runs, in `.data/`. */
export interface DataFolder {
  postgres: string
  secrets: string
  demo: string
  compileCache: string
  /** The services, bundled. */
  bundle: string
  /** Messages that services would send, a file each. */
  mail: string
  /** Which processes an earlier run may have left. */
  processes: string
  /** Lets the next start in. */
  release: () => Promise<void>
}

/**
 * Opens the folder for this process alone.
 * @throws {StartError} when it can't be used, or when another start uses it
 */
export async function openDataFolder(dir: string, log: RunnerLog): Promise<DataFolder> {
  const lock = join(dir, 'runner.pid')
  try {
    await makeFolder(dir)
    await access(dir, constants.R_OK | constants.W_OK | constants.X_OK)
    await takeLock(lock, log)
  } catch (error) {
    throw folderError(error, dir)
  }
  return {
    postgres: join(dir, 'postgres'),
    secrets: join(dir, 'secrets.json'),
    demo: join(dir, 'demo.json'),
    compileCache: join(dir, 'compile-cache'),
    bundle: join(dir, 'bundle'),
    mail: join(dir, 'mail'),
    processes: join(dir, 'services.pids'),
    release: () => rm(lock, { force: true }),
  }
}

/** For `--fresh`. Only what we made ourselves goes: the folder may be somebody's home by mistake. */
export async function emptyDataFolder(folder: DataFolder, log: RunnerLog): Promise<void> {
  await removePostgres(folder.postgres, log)
  await rm(folder.secrets, { force: true })
  await rm(folder.demo, { force: true })
  await rm(folder.mail, { recursive: true, force: true })
}

/**
 * Not `mkdir` with `recursive`: that one says ENOENT on a read-only disk, and never comes back from a place like `/proc`
 * that makes no folders.
 */
async function makeFolder(dir: string): Promise<void> {
  const make = () =>
    mkdir(dir).catch(async (error: unknown) => {
      if (errorCode(error) !== 'EEXIST' || !(await stat(dir)).isDirectory()) throw error
    })
  try {
    await make()
  } catch (error) {
    const parent = dirname(dir)
    if (errorCode(error) !== 'ENOENT' || parent === dir) throw error
    await makeFolder(parent)
    await make()
  }
}

async function takeLock(lock: string, log: RunnerLog): Promise<void> {
  const mine = String(process.pid)
  for (;;) {
    if (await createLock(lock, mine)) return
    const theirs = await readFile(lock, 'utf8').catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    })
    if (theirs === undefined) continue
    if (isRunner(Number(theirs)))
      throw new StartError(
        'already_running',
        `The shop is already running on this data folder (process ${theirs}).`,
        `Stop it (Ctrl-C there, or kill ${theirs}), or start a second one beside it: npm start -- --data DIR --port PORT`,
      )
    log.warn('The last run did not end in order; recovering')
    await removeStaleLock(lock, theirs)
  }
}

/** The lock appears with its content in it: one that is being written would look stale. */
async function createLock(lock: string, content: string): Promise<boolean> {
  const written = `${lock}.${content}`
  await writeFile(written, content)
  try {
    await link(written, lock)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(written)
  }
}

/** Of two starts that find the same stale lock, the slower must not take the lock of the faster away. */
async function removeStaleLock(lock: string, stale: string): Promise<void> {
  const aside = `${lock}.${process.pid}.stale`
  await rename(lock, aside).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error
  })
  const taken = await readFile(aside, 'utf8').catch(() => stale)
  if (taken === stale) await rm(aside, { force: true })
  else await rename(aside, lock)
}

/** Process ids are used again: the process must also be a start of the shop. */
const isRunner = (pid: number): boolean =>
  pid !== process.pid && (commandOf(pid)?.includes('local.ts') ?? false)
