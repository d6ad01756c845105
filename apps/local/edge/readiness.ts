import { setTimeout as sleep } from 'node:timers/promises'
import { askService, NoAnswer } from './ask-service.ts'
import type { RunnerLog } from '../log.ts'
import type { Target } from './routing.ts'

export interface Waiting {
  name: string
  reason: string
}

const TIMEOUT_MS = 2_500

/** Asks every service whether it can serve. */
export async function notReady(targets: readonly Target[]): Promise<Waiting[]> {
  const waiting = await Promise.all(targets.map(readiness))
  return waiting.filter(result => result !== undefined)
}

async function readiness({ manifest: { name }, url }: Target): Promise<Waiting | undefined> {
  try {
    const { status, text } = await askService(`${url}/ready`, TIMEOUT_MS)
    return status === 200 ? undefined : { name, reason: detailOf(text) ?? `answers ${status}` }
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    return { name, reason: error.message }
  }
}

function detailOf(text: string): string | undefined {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown }
    return typeof detail === 'string' ? detail : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined // not ours: the status says enough
    throw error
  }
}

const POLL_MS = 50
const SAY_EVERY_MS = 10_000

/** Waits until every service can serve, saying now and then for whom. Rejects when `signal` aborts. */
export async function untilReady(
  edge: { notReady: () => Promise<Waiting[]> },
  log: RunnerLog,
  signal: AbortSignal,
): Promise<void> {
  let sayAt = performance.now() + SAY_EVERY_MS
  for (;;) {
    const waiting = await edge.notReady()
    if (waiting.length === 0) return
    if (performance.now() > sayAt) {
      for (const { name, reason } of waiting) log.warn(`still waiting for ${name}: ${reason}`)
      sayAt = performance.now() + SAY_EVERY_MS
    }
    await sleep(POLL_MS, undefined, { signal })
  }
}
