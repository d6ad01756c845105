import {
  type ChildProcess,
  type ChildProcessByStdio,
  type SpawnOptions,
  spawn,
} from 'node:child_process'
import type { Readable } from 'node:stream'
import { once } from 'node:events'

export type Child = ChildProcessByStdio<null, Readable, Readable>

const running = new Map<ChildProcess, NodeJS.Signals>()

export interface ChildOptions extends Pick<SpawnOptions, 'cwd' | 'uid' | 'gid' | 'detached'> {
  env: Record<string, string>
  /** Opens a channel that tells the child when we have gone. */
  ipc?: boolean
  /** What ends it at once; PostgreSQL has a gentler signal for that than SIGKILL. */
  killSignal?: NodeJS.Signals
}

/** Starts a process that `killChildren` knows of. It inherits nothing but what is given here. */
export function startChild(file: string, args: readonly string[], options: ChildOptions): Child {
  const { ipc = false, killSignal = 'SIGKILL', ...rest } = options
  const stdio: SpawnOptions['stdio'] = ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc' as const] : [])]
  const child = spawn(file, args, { ...rest, stdio }) as Child
  running.set(child, killSignal)
  child.once('exit', () => running.delete(child))
  child.once('error', () => running.delete(child))
  return child
}

/** Ends every child at once. For a second Ctrl-C and for crashes of the runner itself. */
export function killChildren(): void {
  for (const [child, signal] of running) child.kill(signal)
}

export interface Outcome {
  /** An exit code, or the signal that ended it. */
  ending: number | NodeJS.Signals
  stdout: string
  stderr: string
}

/** Runs a process to its end. @throws when it could not be started */
export async function runChild(
  file: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<Outcome> {
  const child = startChild(file, args, options)
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text))
  await once(child, 'close')
  return { ending: child.exitCode ?? child.signalCode ?? 'SIGKILL', ...texts }
}
