import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { rememberService, stopOrphanServices } from './orphans.ts'
import { holdsWithin } from '../processes/poll.ts'
import { commandOf } from '../processes/process-table.ts'
import { recordingLog } from '../testing/recording-log.ts'
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts'

let folder: string
let main: string
let file: string
beforeEach(async () => {
  folder = await temporaryFolder()
  main = join(folder, 'main.mjs')
  file = join(folder, 'services.pids')
  await writeFile(main, 'setInterval(() => {}, 1e6)')
})
afterEach(() => removeFolder(folder))

async function leaveBehind(): Promise<number> {
  const child = spawn(process.execPath, [main])
  onTestFinished(() => void child.kill('SIGKILL'))
  await holdsWithin(5_000, () => commandOf(child.pid ?? 0)?.includes(main) ?? false)
  return child.pid ?? 0
}

test('a service that outlived its runner is killed by the next start, which says so, once', async () => {
  const log = recordingLog()
  const pid = await leaveBehind()
  rememberService(file, pid, main)
  await stopOrphanServices(file, log)
  expect(commandOf(pid)).toBeUndefined()
  expect(log.lines).toEqual([
    `A service of an earlier start is still running (process ${pid}, ${main}); killing it`,
  ])
  await stopOrphanServices(file, log)
  expect(log.lines).toHaveLength(1)
})

test('a process that got the id of a service that has ended is left alone', async () => {
  const log = recordingLog()
  rememberService(file, process.pid, main)
  rememberService(file, 999_999_999, main)
  await stopOrphanServices(file, log)
  expect(log.lines).toEqual([])
})
