import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { type Child, startChild } from '../processes/children.ts'
import type { Output } from '../log.ts'

export interface ServiceOptions {
  name: string
  /** The service's `main.ts`. */
  main: string
  env: Record<string, string>
  /** Seconds that it may take to end after SIGTERM. */
  stopSeconds: number
  output: Output
  /** Longest pause before a process that keeps ending by itself is started again. @default 10000 */
  longestPauseMs?: number
  /** Told of each process, before it can outlive us. */
  onStart: (pid: number) => void
}

export interface ServiceProcess {
  readonly name: string
  /** Of the process that runs now. */
  readonly pid: number | undefined
  /** Lets it drain and end; it is killed when it takes longer than it may. */
  stop: () => Promise<void>
}

const BACKOFF_MS = { first: 500, longest: 10_000 }
/** A process that lived this long has earned a quick restart. */
const STEADY_MS = 30_000

/** Keeps a service running: a process that ends by itself is started again, ever later while it goes on failing. */
export function superviseService(options: ServiceOptions): ServiceProcess {
  const { name, output, longestPauseMs = BACKOFF_MS.longest } = options
  let child = spawnService(options)
  let stopping = false
  let restart: NodeJS.Timeout | undefined
  let backoffMs = Math.min(BACKOFF_MS.first, longestPauseMs)

  const watch = () => {
    const startedAt = performance.now()
    child.once('exit', (code, signal) => {
      if (stopping) return
      if (performance.now() - startedAt > STEADY_MS) backoffMs = BACKOFF_MS.first
      const why = signal ?? `exit code ${code}`
      output.error(`${name} ended by itself (${why}); starting it again in ${backoffMs / 1000} s`)
      restart = setTimeout(() => {
        child = spawnService(options)
        watch()
      }, backoffMs)
      backoffMs = Math.min(backoffMs * 2, longestPauseMs)
    })
  }
  watch()
  return {
    name,
    get pid() {
      return child.pid
    },
    stop: async () => {
      stopping = true
      clearTimeout(restart)
      await stopService(child, options)
    },
  }
}

function spawnService({ name, main, env, output, onStart }: ServiceOptions): Child {
  const child = startChild(process.execPath, ['--enable-source-maps', main], {
    env,
    // Ctrl-C in the terminal is for the runner alone; the channel tells a service when the runner is gone.
    detached: true,
    ipc: true,
  })
  if (child.pid !== undefined) onStart(child.pid)
  output.info(`${name} starts`, { pid: child.pid })
  for (const stream of ['stdout', 'stderr'] as const)
    createInterface({ input: child[stream] }).on('line', line => output.line(name, line, stream))
  return child
}

async function stopService(child: Child, { name, stopSeconds, output }: ServiceOptions) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => {
    output.warn(`${name} did not end within ${stopSeconds} s and was killed`)
    child.kill('SIGKILL')
  }, stopSeconds * 1000)
  await gone
  clearTimeout(timer)
}
