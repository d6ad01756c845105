import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import type { Hono } from 'hono'
import type { z } from 'zod'
import { type Config, ConfigError, readConfig } from '../config.ts'
import type { AppEnv } from '../http/http.ts'
import { giveBackMemory } from './give-back-memory.ts'
import { createLifecycle, type Lifecycle } from './lifecycle.ts'
import { type Log, openLog } from './log.ts'
import type { AnyManifest } from '../manifest.ts'
import { healthOf } from './health.ts'
import { httpServer } from '../http/server.ts'
import { readyJson } from '../http/shortcut.ts'
import { startTelemetry } from './telemetry.ts'

export interface Kit<M extends AnyManifest> extends Pick<
  Lifecycle,
  'onClose' | 'onDrain' | 'readyWhen'
> {
  config: Config<M>
  log: Log
}

export interface CommandKit<M extends AnyManifest> extends Kit<M> {
  manifest: M
}

/** `node apps/NAME/main.ts COMMAND ARGS`: does one thing and ends. Returns the line to print. */
export type Command<M extends AnyManifest> = (
  kit: CommandKit<M>,
  args: readonly string[],
) => Promise<string>

export interface Service<M extends AnyManifest> {
  manifest: M
  /** Opens what the service needs and makes its routes. */
  start: (kit: Kit<M>) => Promise<Hono<AppEnv>>
  commands: Record<string, Command<M>>
}

/** What `main.ts` hands over; the one place where the process is looked at. */
export type ProcessFacts = Pick<NodeJS.Process, 'env' | 'argv' | 'connected'>

/**
 * Runs a service, or one of its commands. Serves until SIGTERM or SIGINT (or until the local runner has gone), then
 * drains and ends with 0 within the manifest's stop time; a second signal ends it at once.
 */
export async function run<M extends AnyManifest>(
  service: Service<M>,
  facts: ProcessFacts,
): Promise<void> {
  const { manifest } = service
  const [command, ...args] = facts.argv.slice(2)
  // Until there is something to drain: the runner may be killed while a service still starts.
  process.once('disconnect', endAtOnce)
  const config = configOrExit(manifest, facts.env)
  const { log, flush } = openLog(manifest.name, config.runtime.logLevel)
  process.once('exit', flush)
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, error => {
      log.fatal({ err: error }, event)
      process.exit(1)
    })
  const lifecycle = createLifecycle(log, facts.connected)
  const kit: Kit<M> = { ...lifecycle, config, log }
  if (command === undefined) await serve(service, kit, lifecycle)
  else await runCommand(service, kit, command, args, flush)
}

const endAtOnce = () => process.exit(1)

function configOrExit<M extends AnyManifest>(manifest: M, env: ProcessFacts['env']): Config<M> {
  try {
    return readConfig(manifest, env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

async function runCommand<M extends AnyManifest>(
  { manifest, commands }: Service<M>,
  kit: Kit<M>,
  command: string,
  args: readonly string[],
  flush: () => void,
): Promise<void> {
  const act = Object.hasOwn(commands, command) ? commands[command] : undefined
  if (!act) {
    const allowed = Object.keys(commands).join(', ')
    process.stderr.write(`${manifest.name}: unknown command "${command}"; allowed: ${allowed}\n`)
    process.exit(1)
  }
  try {
    const result = await act({ ...kit, manifest }, args)
    flush() // what it logged comes before what came of it
    process.stdout.write(`${result}\n`)
  } catch (error) {
    process.stderr.write(`${manifest.name} ${command}: ${messageOf(error)}\n`)
    process.exit(1)
  }
  process.exit(0)
}

const messageOf = (error: unknown): string =>
  error instanceof Error
    ? [error.message || error.name, ...(error.cause ? [messageOf(error.cause)] : [])].join(': ')
    : String(error)

async function serve<M extends AnyManifest>(
  { manifest, start }: Service<M>,
  kit: Kit<M>,
  lifecycle: Lifecycle,
): Promise<void> {
  const { config, log } = kit
  const { host, port, version, otlpEndpoint, publicUrl } = config.runtime
  const telemetry = await startTelemetry(manifest.name, version, otlpEndpoint)
  if (telemetry) lifecycle.onClose('telemetry', telemetry.close)
  const http = httpServer(log, telemetry, readyJson(healthOf(manifest, version)))
  http.server.once('error', error => {
    log.fatal({ err: error }, `can not listen on ${host}:${port}`)
    process.exit(1)
  })
  await once(http.server.listen(port, host), 'listening')
  const load = async () => {
    await answerWhoAsks()
    // Not above: what an app needs takes longer to load than all that comes before, half of it this.
    await import('@hono/node-server')
    await answerWhoAsks()
    const { serveApp } = await import('./serve-app.ts')
    await answerWhoAsks()
    const app = await start(kit)
    const labelsRoutes = telemetry !== undefined
    serveApp(http, { app, manifest, lifecycle, log, version, publicUrl, labelsRoutes })
    log.info({ port, version }, 'listening')
    giveBackMemory()
  }
  const loaded = load()
  // Who asks while it is loaded has waited, and is answered first.
  stopWhenAsked(log, manifest.stopSeconds, async () => {
    await loaded
    await lifecycle.stop(http, manifest.stopSeconds)
  })
  process.off('disconnect', endAtOnce)
  await loaded
}

/** On SIGTERM and SIGINT, and when the local runner, which is the parent, has gone: a service must not outlive it. */
function stopWhenAsked(log: Log, stopSeconds: number, end: () => Promise<void>): void {
  let stopping = false
  const stop = (cause: string) => {
    stopping = true
    log.info(`${cause}: stopping`)
    // A little before the process is killed, so that the log says it.
    setTimeout(() => {
      log.error('the stop time is over; what is still open is cut')
      process.exit(1)
    }, stopSeconds * 950)
    void end().then(() => {
      log.info('stopped')
      process.exit(0)
    })
  }
  const signalled = (signal: string) => (stopping ? process.exit(130) : stop(signal))
  process.on('SIGTERM', signalled).on('SIGINT', signalled)
  process.once('disconnect', () => {
    if (!stopping) stop('the runner has gone')
  })
}

/** Turns of the event loop in which a connection is taken, its request read and answered. */
async function answerWhoAsks(): Promise<void> {
  for (let turns = 0; turns < 3; turns++) await turn()
}

/** A command's one argument. @throws Error naming what is missing */
export function argument<T>(args: readonly string[], name: string, shape: z.ZodType<T>): T {
  const result = shape.safeParse(args[0])
  if (result.success && args.length === 1) return result.data
  throw new Error(
    `needs exactly one argument ${name}; given: ${args.length === 0 ? 'none' : args.join(' ')}`,
  )
}
