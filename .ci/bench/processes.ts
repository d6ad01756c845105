import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

const MS_PER_TICK = 10

const SERVER_CORE = 0
const LOAD_CORE = 1

/** Whether the server and the load can have a core each. */
export const canPin = spawnSync('taskset', ['--version']).status === 0

const pinned = (core: number, command: string[]): string[] =>
  canPin ? ['taskset', '-c', String(core), ...command] : command

/** A server, on core 0. */
export function start(args: string[], env: Record<string, string>, input = ''): ChildProcess {
  const [command = '', ...rest] = pinned(SERVER_CORE, [process.execPath, ...args])
  const child = spawn(command, rest, {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  child.stdin.end(input)
  return child
}

/** Keeps PostgreSQL, and what it forks from now on, off the core of the server: it is another machine's work. */
export function pinToLoad(pid: number | undefined): void {
  if (canPin && pid !== undefined)
    execFileSync('taskset', ['-c', '-p', String(LOAD_CORE), String(pid)])
}

/** Runs a program to its end, on core 1, and returns what it printed. */
export function run(args: string[], env: Record<string, string>, input = ''): string {
  const [command = '', ...rest] = pinned(LOAD_CORE, [process.execPath, ...args])
  return execFileSync(command, rest, {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
    input,
  })
}

/** Resolves when `url` answers with success. */
export async function answered(url: string): Promise<void> {
  for (;;) {
    try {
      if ((await fetch(url)).ok) return
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

export function residentMiB({ pid }: ChildProcess): number | undefined {
  if (process.platform !== 'linux') return undefined
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)
  return Math.round(Number(line?.[1]) / 1024)
}

/** CPU time that a process has used, user and system, in milliseconds; steadier than any rate on a busy machine. */
export function cpuMs({ pid }: ChildProcess): number {
  if (process.platform !== 'linux') return Number.NaN
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK
}
