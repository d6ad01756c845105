import { once } from 'node:events'
import type { HttpServer } from '../http/server.ts'
import type { Log } from './log.ts'

export interface Lifecycle {
  /** Runs when the service stops, last registered first. */
  onClose: (name: string, close: () => Promise<void> | void) => void
  /** Runs as soon as the service is to stop: what would go on for long must end by itself then. */
  onDrain: (end: () => void) => void
  /** `/ready` is 200 only while every check resolves. */
  readyWhen: (name: string, check: () => Promise<void>) => void
  /** Names of what is not ready, with why. Empty: ready. */
  notReady: () => Promise<{ name: string; reason: string }[]>
  /** Stops taking requests, ends those under way, closes what was opened. */
  stop: (http: HttpServer, stopSeconds: number) => Promise<void>
}

const READY_TIMEOUT_MS = 2_000
/** Load balancers go on sending for this long after they have been told. */
const GRACE_SECONDS = 5

/** @param supervised whether the local runner is the parent: its edge has closed before it stops a service */
export function createLifecycle(log: Log, supervised: boolean): Lifecycle {
  const closers: { name: string; close: () => Promise<void> | void }[] = []
  const checks = new Map<string, () => Promise<void>>()
  const endings: (() => void)[] = []
  let draining = false
  return {
    onClose: (name, close) => void closers.unshift({ name, close }),
    onDrain: end => void endings.push(end),
    readyWhen: (name, check) => void checks.set(name, check),
    notReady: async () =>
      draining ? [{ name: 'service', reason: 'is stopping' }] : failing(checks),
    stop: async (http, stopSeconds) => {
      draining = true
      http.drain()
      for (const end of endings) end()
      if (http.isSentTo())
        await grace(http, log, Math.min(GRACE_SECONDS, stopSeconds / 3), supervised)
      await closeServer(http, log, stopSeconds / 2)
      for (const { name, close } of closers) await closeOne(name, close, log)
    },
  }
}

async function failing(checks: Map<string, () => Promise<void>>) {
  const results = await Promise.all(
    [...checks].map(async ([name, check]) => {
      try {
        await Promise.race([check(), timeoutAfter(READY_TIMEOUT_MS)])
        return undefined
      } catch (error) {
        return { name, reason: error instanceof Error ? error.message : String(error) }
      }
    }),
  )
  return results.filter(result => result !== undefined)
}

const timeoutAfter = (ms: number) =>
  new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms).unref()
  })

/** Goes on answering, with `Connection: close`, until those who send have seen that this instance is going. */
async function grace(
  { server }: HttpServer,
  log: Log,
  seconds: number,
  supervised: boolean,
): Promise<void> {
  if (!supervised) log.info({ seconds }, 'goes on answering until load balancers know')
  const endsAt = performance.now() + seconds * 1000
  while (performance.now() < endsAt) {
    if (supervised && (await connections(server)) === 0) return
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}

const connections = (server: HttpServer['server']) =>
  new Promise<number>(resolve => {
    server.getConnections((_, count) => resolve(count))
  })

async function closeServer({ server }: HttpServer, log: Log, seconds: number): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const timer = setTimeout(() => {
    log.warn('requests were still running at the end of the stop time; their connections are cut')
    server.closeAllConnections()
  }, seconds * 1000)
  await closed
  clearTimeout(timer)
}

async function closeOne(name: string, close: () => Promise<void> | void, log: Log): Promise<void> {
  try {
    await close()
  } catch (error) {
    // The rest must be closed all the same.
    log.error({ err: error }, `closing ${name} failed`)
  }
}
