import type { Log } from '../process/log.ts'
import { type Handler, Undeliverable } from './bus.ts'

export type Outcome =
  | { result: 'done' }
  | { result: 'again'; reason: string }
  | { result: 'dead'; reason: string }

/** Runs a handler within its time; a hung one gives its place back to others. Never throws. */
export async function attempt(
  handler: Handler,
  raw: unknown,
  number: number,
  timeoutMs: number,
  log: Log,
): Promise<Outcome> {
  const controller = new AbortController()
  const timer = setTimeout(
    () => controller.abort(new Error(`the handler took longer than ${timeoutMs / 1000} s`)),
    timeoutMs,
  )
  const timedOut = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error))
  })
  try {
    await Promise.race([handler({ raw, attempt: number, signal: controller.signal }), timedOut])
    return { result: 'done' }
  } catch (error) {
    const result = error instanceof Undeliverable ? 'dead' : 'again'
    log.warn({ err: error, ...idsOf(raw), attempt: number }, 'an event failed')
    return { result, reason: reasonOf(error) }
  } finally {
    clearTimeout(timer)
  }
}

const REASON_CHARS = 500

/** Kept with a dead letter. A database's error may quote values of the row: its first line alone names none. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'something that is no Error was thrown'
  const [first = ''] = error.message.split('\n')
  return `${error.name}: ${first}`.slice(0, REASON_CHARS)
}

/** For the log: which event it was, when it says so. */
function idsOf(raw: unknown): { event_id?: unknown; event_type?: unknown } {
  const envelope = typeof raw === 'string' ? parsed(raw) : raw
  if (typeof envelope !== 'object' || envelope === null) return {}
  return { event_id: Reflect.get(envelope, 'id'), event_type: Reflect.get(envelope, 'type') }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
