import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunnerLog } from '../log.ts'
import { holdsWithin } from '../processes/poll.ts'
import { commandOf, signalProcess } from '../processes/process-table.ts'
import { errorCode, folderError, StartError } from '../start-error.ts'

const GENTLE_MS = 15_000
const HARD_MS = 5_000

/**
 * Stops a server that a killed runner left behind. After a crash of the server itself its file `postmaster.pid` may
 * name a process that is none of ours by now: then the file goes, and that process is left alone.
 * @throws {StartError} when it does not stop
 */
export async function stopOrphan(dataDir: string, log: RunnerLog): Promise<void> {
  const file = join(dataDir, 'postmaster.pid')
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw folderError(error, file)
  })
  if (text === undefined) return
  const pid = Number.parseInt(text, 10)
  if (Number.isNaN(pid) || commandOf(pid) === undefined) {
    log.warn('PostgreSQL was not shut down the last time; it recovers')
  } else if (isServerOf(dataDir, pid)) {
    log.warn(`PostgreSQL of an earlier start is still running (process ${pid}); stopping it`)
    await stopForeignServer(dataDir, pid)
  } else {
    log.warn(
      `PostgreSQL was not shut down the last time (process ${pid} is another one); it recovers`,
    )
    await rm(file)
  }
}

export const isServerOf = (dataDir: string, pid: number): boolean => {
  const command = commandOf(pid)
  return command !== undefined && /postgres/.test(command) && command.includes(`-D ${dataDir} `)
}

/** Stops a server that is not our child. */
async function stopForeignServer(dataDir: string, pid: number): Promise<void> {
  const gone = () => !isServerOf(dataDir, pid)
  signalProcess(pid, 'SIGINT')
  if (await holdsWithin(GENTLE_MS, gone)) return
  signalProcess(pid, 'SIGQUIT')
  if (await holdsWithin(HARD_MS, gone)) return
  throw new StartError(
    'already_running',
    `PostgreSQL (process ${pid}) is still running in ${dataDir} and does not stop.`,
    `End it: kill -9 ${pid}`,
  )
}
