import { appendFileSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import type { RunnerLog } from '../log.ts'
import { holdsWithin } from '../processes/poll.ts'
import { commandOf, signalProcess } from '../processes/process-table.ts'
import { errorCode, folderError } from '../start-error.ts'

const GONE_WITHIN_MS = 5_000

/**
 * Services end when they see that the runner has gone. One that was killed while they were still loading leaves them
 * without that, so the next start has to know them.
 */
export const rememberService = (file: string, pid: number, main: string): void =>
  appendFileSync(file, `${pid} ${main}\n`)

/** Kills what an earlier run left behind and forgets it. */
export async function stopOrphanServices(file: string, log: RunnerLog): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return ''
    throw folderError(error, file)
  })
  for (const line of text.split('\n').filter(Boolean)) {
    const [, id = '', main = ''] = /^(\d+) (.+)$/.exec(line) ?? []
    const pid = Number(id)
    const isOurs = () => main !== '' && (commandOf(pid)?.includes(main) ?? false)
    if (!isOurs()) continue
    log.warn(`A service of an earlier start is still running (process ${pid}, ${main}); killing it`)
    signalProcess(pid, 'SIGKILL')
    await holdsWithin(GONE_WITHIN_MS, () => !isOurs())
  }
  await rm(file, { force: true })
}
