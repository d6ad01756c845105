import { Agent, type IncomingMessage, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
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
import { unavailable } from '../http/errors.ts'
import { currentRequest } from '../http/request-context.ts'

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

export interface CallOptions {
  /** @default GET */
  method?: string
  headers?: Readonly<Record<string, string>>
  body?: string
  /** Aborted when the caller needs no answer any more. */
  signal?: AbortSignal
}

/** As that of `fetch`, of which it is a part. */
export interface Answer {
  readonly status: number
  json: () => Promise<unknown>
  text: () => Promise<string>
}

/** The answer is read whole before this resolves, within the time limit. */
export type Call = (path: `/${string}`, options?: CallOptions) => Promise<Answer>

const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
const RETRIED_STATUS = new Set([502, 503, 504])
/** Not followed: it could take the token elsewhere. */
const REDIRECTS = new Set([301, 302, 303, 307, 308])

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

  // `fetch` takes twice the time of a processor for the same.
  const agent = agentFor(options.baseUrl)

  return async (path, given = {}) => {
    const method = (given.method ?? 'GET').toUpperCase()
    const headers = headersOf(given, options.token)
    const again = IDEMPOTENT.has(method) || headers['idempotency-key'] !== undefined
    // Not `new URL(path, baseUrl)`: a path that begins with two slashes would name another host.
    const url = new URL(`${options.baseUrl}${path}`)
    const { body, signal: left } = given
    try {
      return await (again ? repeated : once).execute(({ signal: timedOut }) =>
        attempt({ url, method, headers, agent, body, left, timedOut }),
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

const isSecure = (url: string | URL): boolean => String(url).startsWith('https:')

/** Kept connections: a new one for each call would cost more than the call. */
const agentFor = (baseUrl: string): Agent =>
  isSecure(baseUrl) ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true })

/** By names in lower case. */
function headersOf(
  { headers = {}, body }: CallOptions,
  token: string | undefined,
): Record<string, string> {
  const all: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) all[name.toLowerCase()] = value
  if (body !== undefined) all['content-length'] = String(Buffer.byteLength(body))
  if (token !== undefined) all['authorization'] = `Bearer ${token}`
  const request = currentRequest()
  if (request) {
    all['x-request-id'] = request.requestId
    if (request.traceparent !== undefined) all['traceparent'] = request.traceparent
  }
  return all
}

interface Attempt {
  url: URL
  method: string
  headers: Record<string, string>
  agent: Agent
  body: string | undefined
  /** Aborted by the caller. */
  left: AbortSignal | undefined
  timedOut: AbortSignal
}

async function attempt({ left, timedOut, ...request }: Attempt): Promise<Answer> {
  left?.throwIfAborted()
  const { origin } = request.url
  let answer: { status: number; body: string }
  try {
    answer = await exchange(request, left ? AbortSignal.any([left, timedOut]) : timedOut)
  } catch (error) {
    left?.throwIfAborted() // the caller has left: nothing that the callee did
    throw new CalleeDown(`no answer from ${origin}`, { cause: error })
  }
  const { status, body } = answer
  if (RETRIED_STATUS.has(status)) throw new CalleeDown(`status ${status} from ${origin}`)
  if (REDIRECTS.has(status)) throw new CalleeDown(`${origin} leads elsewhere with ${status}`)
  return {
    status,
    text: () => Promise.resolve(body),
    json: async () => JSON.parse(body) as unknown,
  }
}

function exchange(
  { url, method, headers, agent, body }: Omit<Attempt, 'left' | 'timedOut'>,
  signal: AbortSignal,
): Promise<{ status: number; body: string }> {
  const { hostname, port, pathname, search } = url
  const target = { hostname, port, path: `${pathname}${search}`, method, headers, agent, signal }
  return new Promise((resolve, reject) => {
    const read = (response: IncomingMessage) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      )
    }
    const outgoing = isSecure(url) ? secureRequest(target, read) : request(target, read)
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}
