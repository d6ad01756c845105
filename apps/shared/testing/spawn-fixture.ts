import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { environmentOf, type Supply } from '../environment.ts'
import { freePort } from '../process/free-ports.ts'
import { processFixture } from './process-fixture.ts'

export interface FixtureProcess extends AsyncDisposable {
  url: string
  port: number
  child: ChildProcess
  /** Log lines so far, parsed. */
  logs: () => Record<string, unknown>[]
  /** Everything that it printed so far, to both outputs. */
  printed: () => string
  /** How it ended: exit code, or the name of the signal. */
  ended: Promise<number | string>
}

interface SpawnOptions {
  args?: readonly string[]
  /** With an IPC channel, as the local runner starts services. */
  supervised?: boolean
  port?: number
  otlpEndpoint?: string
  settings?: Supply<typeof processFixture, string>['settings']
  /** Changes the generated environment; undefined leaves one out. */
  env?: Record<string, string | undefined>
}

/** Runs `fixture-service.ts` as a process of its own. Resolves at once: it may not have started yet. */
export async function spawnFixture(options: SpawnOptions = {}): Promise<FixtureProcess> {
  const port = options.port ?? (await freePort())
  const child = spawn(
    process.execPath,
    [
      '--import',
      join(import.meta.dirname, 'record-modules.ts'),
      join(import.meta.dirname, 'fixture-service.ts'),
      ...(options.args ?? []),
    ],
    {
      env: { ...environment(port, options), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe', ...(options.supervised ? (['ipc'] as const) : [])],
    },
  )
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', chunk => (stdout += String(chunk)))
  child.stderr?.on('data', chunk => (stderr += String(chunk)))
  const ended = endOf(child)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    child,
    logs: () => linesOf(stdout).map(line => JSON.parse(line)),
    printed: () => stdout + stderr,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** The same, once it listens. @throws Error with what it printed when it ends before */
export async function startFixtureProcess(options: SpawnOptions = {}): Promise<FixtureProcess> {
  const fixture = await spawnFixture(options)
  let ended = false
  void fixture.ended.then(() => (ended = true))
  while (!fixture.printed().includes('"listening"')) {
    if (ended) throw new Error(`ended before it listened:\n${fixture.printed()}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  return fixture
}

/** Not its event `close`, which does not come after `disconnect()`. */
async function endOf(child: ChildProcess): Promise<number | string> {
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('spawned without pipes')
  const [[code, signal]] = await Promise.all([
    once(child, 'exit'),
    once(stdout, 'close'),
    once(stderr, 'close'),
  ])
  return code ?? signal
}

/** Complete lines alone: the last one may still be on its way. */
const linesOf = (text: string): string[] =>
  text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)

function environment(port: number, { otlpEndpoint, settings = {} }: SpawnOptions) {
  const { plain, secret } = environmentOf<typeof processFixture>(processFixture, {
    runtime: {
      host: '127.0.0.1',
      port,
      publicUrl: 'http://shop.test',
      version: '1.2.3',
      logLevel: 'info',
      corsOrigins: [],
      trustedProxyHops: 0,
      ...(otlpEndpoint !== undefined && { otlpEndpoint }),
    },
    calls: {},
    settings,
    secrets: { key: 'a secret key' },
  })
  return { ...plain, ...secret }
}
