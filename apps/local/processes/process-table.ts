import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * Command line of a running process, its arguments joined by spaces. `undefined` when there is none: a process that has
 * ended but was not reaped by its parent has no command line either. Tells a process from another that got its id.
 */
export function commandOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') || undefined
    } catch {
      return undefined // ENOENT, or ESRCH when it ends while being read
    }
  }
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
    encoding: 'utf8',
  })
  return stdout.trim() ? `${stdout.trim()} ` : undefined
}

/** Sends a signal to a process that may have ended meanwhile. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
