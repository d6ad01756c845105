import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../process/log.ts'

const FIRST_MS = 200
const LONGEST_MS = 10_000

/**
 * Does `work` until it succeeds or is stopped, waiting ever longer: an outage of a bus or a database is waited out.
 * @returns what came of it; undefined when it was stopped before
 */
export async function keepTrying<T>(
  stop: AbortSignal,
  log: Log,
  what: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  for (let waitMs = FIRST_MS; !stop.aborted; waitMs = Math.min(waitMs * 2, LONGEST_MS))
    try {
      return await work()
    } catch (error) {
      log.warn({ err: error }, `${what} failed; trying again in ${waitMs} ms`)
      await pause(waitMs, stop)
    }
  return undefined
}

/** Waits, but not longer than until it is stopped. */
export const pause = (ms: number, stop?: AbortSignal): Promise<void> =>
  delay(ms, undefined, stop && { signal: stop }).catch(() => {}) // rejects only because it is stopped
