import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** What is known about the request in hand, wherever in the code it is: logs, outbound calls and events carry it on. */
export interface RequestContext {
  readonly requestId: string
  /** W3C `traceparent` to hand on: the caller's, or that of our own span. Undefined while nobody traces. */
  traceparent: string | undefined
  readonly startedAt: number
  /** Path pattern that answered, e.g. `/products/:product_id`; a label that stays small in number. */
  route?: string
  /** Time until an event stream began; set for those alone: how long one lasts says nothing about the service. */
  streamedAfterMs?: number
}

const storage = new AsyncLocalStorage<RequestContext>()

export const currentRequest = (): RequestContext | undefined => storage.getStore()

export const withRequest = <A extends unknown[], T>(
  context: RequestContext,
  run: (...args: A) => T,
  ...args: A
): T => storage.run(context, run, ...args)

const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{7,127}$/
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** Takes the caller's ids over when they are well-formed; a request id is made where there is none. */
export function beginRequest(headers: IncomingHttpHeaders): RequestContext {
  const given = headers['x-request-id']
  const trace = headers['traceparent']
  return {
    requestId: typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID(),
    traceparent: typeof trace === 'string' && TRACEPARENT.test(trace) ? trace : undefined,
    startedAt: performance.now(),
  }
}

/** The ids of a request as a log line has them. */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35)
