import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { holdsWithin } from '../processes/poll.ts'

export interface Line {
  level: string
  service: string
  msg: string
  [field: string]: unknown
}

export interface StartedRunner {
  readonly pid: number
  readonly lines: Line[]
  /** Process of a service, as the newest line says that it started. */
  pidOf: (service: string) => number
  /** Waits for a line of the runner that holds this text. */
  said: (text: string) => Promise<Line>
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  kill: (signal: NodeJS.Signals) => void
}

const LINE_WITHIN_MS = 60_000
const alive = new Set<StartedRunner>()

/** `node apps/local.ts ARGS`, as npm start runs it without a terminal. */
export function startRunner(...args: string[]): StartedRunner {
  const entry = join(import.meta.dirname, '../../local.ts')
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: Line[] = []
  createInterface({ input: child.stdout }).on('line', line => lines.push(JSON.parse(line) as Line))
  const ended = once(child, 'close').then(([code, signal]) => {
    alive.delete(runner)
    return { code: code as number | null, signal: signal as NodeJS.Signals | null }
  })
  const find = (text: string) =>
    lines.find(({ service, msg }) => service === 'local' && msg.includes(text))
  const runner: StartedRunner = {
    pid: child.pid ?? 0,
    lines,
    pidOf: name => Number(lines.findLast(({ msg }) => msg === `${name} starts`)?.['pid']),
    said: async text => {
      const inTime = await holdsWithin(
        LINE_WITHIN_MS,
        () => find(text) !== undefined || child.exitCode !== null,
      )
      const found = find(text)
      if (inTime && found) return found
      throw new Error(
        `the runner did not say "${text}" but:\n${lines.map(line => line.msg).join('\n')}`,
      )
    },
    ended,
    kill: signal => void child.kill(signal),
  }
  alive.add(runner)
  return runner
}

/** After a failed test: ends what it left running, gently, so that nothing else is left either. */
export async function stopRunners(): Promise<void> {
  await Promise.all(
    [...alive].map(async runner => {
      runner.kill('SIGTERM')
      await runner.ended
    }),
  )
}
