import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** What is known about the request in hand, wherever in the code it is: logs, outbound calls and events carry it on. */
export interface RequestContext {
  readonly requestId: string
  /** W3C `traceparent` to hand on: the caller's trace, or a new one. */
  traceparent: string
  /** Whether the caller sent the trace. */
  readonly traceIsCallers: boolean
  readonly startedAt: number
  /** Path pattern that answered, e.g. `/products/:product_id`; a label that stays small in number. */
  route?: string
}

const storage = new AsyncLocalStorage<RequestContext>()

export const currentRequest = (): RequestContext | undefined => storage.getStore()

export const withRequest = <T>(context: RequestContext, run: () => T): T =>
  storage.run(context, run)

const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{7,127}$/
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** Takes the caller's ids over when they are well-formed, else makes new ones. */
export function beginRequest(headers: IncomingHttpHeaders): RequestContext {
  const given = headers['x-request-id']
  const trace = headers['traceparent']
  const traceIsCallers = typeof trace === 'string' && TRACEPARENT.test(trace)
  return {
    requestId: typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID(),
    traceparent: traceIsCallers ? trace : newTraceparent(),
    traceIsCallers,
    startedAt: performance.now(),
  }
}

let pool = Buffer.alloc(0)
let used = 0

/** Random ids are drawn 200 at a time: one call to the generator per request would be a tenth of a cached answer's time. */
function newTraceparent(): string {
  if (used + 24 > pool.length) {
    pool = randomBytes(4800)
    used = 0
  }
  const hex = pool.toString('hex', used, (used += 24))
  return `00-${hex.slice(0, 32)}-${hex.slice(32)}-00`
}

export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35)
