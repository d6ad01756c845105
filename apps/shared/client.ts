import {
  BrokenCircuitError,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleType,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel'
import { unavailable } from './errors.ts'
import { currentRequest } from './request-context.ts'

export interface ClientOptions {
  /** Name of the service or provider, for messages. */
  name: string
  baseUrl: string
  /** Sent as `Authorization: Bearer`. */
  token?: string
  /** One attempt. @default 2000 */
  timeoutMs?: number
  /** Further attempts of idempotent requests. @default 2 */
  retries?: number
  /** Failures in a row that open the circuit. @default 5 */
  breakAfter?: number
  /** How long an open circuit refuses at once before it tries one request. @default 5000 */
  breakMs?: number
}

/** The answer is read whole before this resolves, within the time limit. */
export type Call = (path: `/${string}`, init?: RequestInit) => Promise<Response>

const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
const RETRIED_STATUS = new Set([502, 503, 504])
const EMPTY_STATUS = new Set([204, 205, 304])

/** The callee could not answer: no connection, no answer in time, or a gateway's error. */
class CalleeDown extends Error {
  override readonly name = 'CalleeDown'
}

/**
 * Calls another service so that a slow or dead one costs bounded time: a timeout per attempt, retries with jitter for
 * idempotent requests (those methods, or any with an `Idempotency-Key`), a circuit breaker over all.
 * Answers of any other status are the caller's to read.
 * @throws {AppError} 503 with `Retry-After`
 */
export function serviceClient(options: ClientOptions): Call {
  const { name, timeoutMs = 2000, retries = 2, breakAfter = 5, breakMs = 5000 } = options
  const down = handleType(CalleeDown).orType(TaskCancelledError)
  const breaker = circuitBreaker(down, {
    halfOpenAfter: breakMs,
    breaker: new ConsecutiveBreaker(breakAfter),
  })
  const once = wrap(breaker, timeout(timeoutMs, TimeoutStrategy.Aggressive))
  const backoff = new ExponentialBackoff({ initialDelay: 50, maxDelay: 1000 })
  const repeated = wrap(retry(down, { maxAttempts: retries, backoff }), once)

  return async (path, init = {}) => {
    const headers = headersOf(init, options.token)
    const again = IDEMPOTENT.has(init.method ?? 'GET') || headers.has('idempotency-key')
    try {
      return await (again ? repeated : once).execute(({ signal }) =>
        // Not `new URL(path, baseUrl)`: a path that begins with two slashes would name another host.
        attempt(new URL(`${options.baseUrl}${path}`), { ...init, headers }, signal),
      )
    } catch (error) {
      if (error instanceof BrokenCircuitError)
        throw unavailable(
          `${name} is not available; try again shortly`,
          error,
          Math.ceil(breakMs / 1000),
        )
      if (error instanceof CalleeDown || error instanceof TaskCancelledError)
        throw unavailable(`${name} does not answer; try again shortly`, error)
      throw error
    }
  }
}

function headersOf(init: RequestInit, token: string | undefined): Headers {
  const headers = new Headers(init.headers)
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  const request = currentRequest()
  if (request) {
    headers.set('x-request-id', request.requestId)
    if (request.traceparent !== undefined) headers.set('traceparent', request.traceparent)
  }
  return headers
}

async function attempt(url: URL, init: RequestInit, timedOut: AbortSignal): Promise<Response> {
  const signal = init.signal ? AbortSignal.any([init.signal, timedOut]) : timedOut
  let response: Response
  let body: ArrayBuffer
  try {
    response = await fetch(url, { redirect: 'error', ...init, signal })
    body = await response.arrayBuffer()
  } catch (error) {
    init.signal?.throwIfAborted() // the caller has left: nothing that the callee did
    throw new CalleeDown(`no answer from ${url.origin}`, { cause: error })
  }
  const { status, statusText, headers } = response
  if (RETRIED_STATUS.has(status)) throw new CalleeDown(`status ${status} from ${url.origin}`)
  return new Response(EMPTY_STATUS.has(status) ? null : body, { status, statusText, headers })
}
