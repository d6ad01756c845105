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

export type Call = (path: string, init?: RequestInit) => Promise<Response>

const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
const RETRIED_STATUS = new Set([502, 503, 504])

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
        attempt(new URL(path, options.baseUrl), {
          ...init,
          headers,
          signal: joined(init.signal, signal),
        }),
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

const joined = (given: AbortSignal | null | undefined, own: AbortSignal): AbortSignal =>
  given ? AbortSignal.any([given, own]) : own

function headersOf(init: RequestInit, token: string | undefined): Headers {
  const headers = new Headers(init.headers)
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  const request = currentRequest()
  if (request) {
    headers.set('x-request-id', request.requestId)
    headers.set('traceparent', request.traceparent)
  }
  return headers
}

async function attempt(url: URL, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url, { redirect: 'error', ...init })
  } catch (error) {
    throw new CalleeDown(`no answer from ${url.origin}`, { cause: error })
  }
  if (!RETRIED_STATUS.has(response.status)) return response
  await response.body?.cancel()
  throw new CalleeDown(`status ${response.status} from ${url.origin}`)
}
