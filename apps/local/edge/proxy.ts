import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http'
import { pipeline } from 'node:stream'
import { AppError, PROBLEM_TYPE, problemOf, unavailable } from '../../shared/http/errors.ts'
import type { RunnerLog } from '../log.ts'
import type { Target } from './routing.ts'
import { errorCode } from '../start-error.ts'

/** Of one connection, not of the message; RFC 9110, 7.6.1. `Expect` has been answered by our own server. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
])

const IDLE_MS = 60_000

export interface Proxy {
  forward: (incoming: IncomingMessage, outgoing: ServerResponse, target: Target) => void
  /** Ends the event streams: they have no end of their own. */
  endStreams: () => void
  /** Closes the kept connections, so that the services see that nobody sends any more. */
  close: () => void
}

/** Passes requests on as a load balancer does: bytes as they are, streamed both ways, over kept connections. */
export function createProxy(log: RunnerLog): Proxy {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 })
  const streams = new Set<() => void>()
  const upstream = { agent, log, streams }
  return {
    forward: (incoming, outgoing, target) => forward(incoming, outgoing, target, upstream),
    endStreams: () => streams.forEach(end => end()),
    close: () => agent.destroy(),
  }
}

interface Upstream {
  agent: Agent
  log: RunnerLog
  /** Ends each event stream that is under way. */
  streams: Set<() => void>
}

function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: Target,
  to: Upstream,
): void {
  const { hostname, port } = new URL(target.url)
  const { method = 'GET', url: path = '/' } = incoming
  const upstream = request({
    hostname,
    port,
    method,
    path,
    headers: forwarded(incoming),
    agent: to.agent,
  })
  upstream.setTimeout(IDLE_MS, () => upstream.destroy(new Error(`silent for ${IDLE_MS / 1000} s`)))
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) upstream.destroy()
  })
  upstream.once('response', response => {
    if (isEventStream(response)) {
      upstream.setTimeout(0) // it may have nothing to tell for hours
      const end = () => void outgoing.end(() => upstream.destroy())
      to.streams.add(end)
      outgoing.once('close', () => to.streams.delete(end))
    }
    answer(response, outgoing)
  })
  upstream.on('error', error => {
    // No failure: the client has left, or the service has answered and closes before it has read all.
    if (outgoing.headersSent || incoming.socket.destroyed) return
    if (mayRepeat(upstream, incoming, error)) forward(incoming, outgoing, target, to)
    else fail(outgoing, target.manifest.name, error, to.log)
  })
  if (hasBody(incoming)) incoming.pipe(upstream)
  else upstream.end()
}

function forwarded(incoming: IncomingMessage): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ...incoming.headers }
  for (const name of hopByHop(incoming.headers.connection)) delete headers[name]
  // Without a length the body's end shows only in chunks, also where a method rarely has a body.
  if (hasBody(incoming) && headers['content-length'] === undefined)
    headers['transfer-encoding'] = 'chunked'
  const address = incoming.socket.remoteAddress ?? ''
  const before = incoming.headers['x-forwarded-for']
  headers['x-forwarded-for'] = before === undefined ? address : `${String(before)}, ${address}`
  headers['x-forwarded-proto'] = 'http'
  headers['x-forwarded-host'] = incoming.headers.host
  if (headers['x-forwarded-host'] === undefined) delete headers['x-forwarded-host']
  return headers
}

const hopByHop = (connection: string | undefined): Set<string> =>
  new Set([...HOP_BY_HOP, ...(connection ?? '').split(',').map(name => name.trim().toLowerCase())])

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

const isEventStream = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.startsWith('text/event-stream') ?? false

function answer(response: IncomingMessage, outgoing: ServerResponse): void {
  const dropped = hopByHop(response.headers.connection)
  const kept: string[] = []
  for (let i = 0; i < response.rawHeaders.length; i += 2) {
    const name = response.rawHeaders[i] as string
    if (!dropped.has(name.toLowerCase())) kept.push(name, response.rawHeaders[i + 1] as string)
  }
  if (outgoing.getHeader('connection') !== undefined) kept.push('Connection', 'close')
  outgoing.writeHead(response.statusCode ?? 502, response.statusMessage, kept)
  if (isEventStream(response)) outgoing.flushHeaders() // its first event may be long in coming
  // A break on either side destroys the other: a cut answer must not look like a whole one.
  pipeline(response, outgoing, () => {})
}

/** The service closed a kept connection in the moment in which we used it: it has not seen the request. */
const mayRepeat = (upstream: ClientRequest, incoming: IncomingMessage, error: Error): boolean =>
  upstream.reusedSocket &&
  errorCode(error) === 'ECONNRESET' &&
  (incoming.method === 'GET' || incoming.method === 'HEAD') &&
  !hasBody(incoming)

function fail(outgoing: ServerResponse, service: string, error: Error, log: RunnerLog): void {
  const headers = { 'Retry-After': '2' }
  const isDown = errorCode(error) === 'ECONNREFUSED'
  log.warn(`${service} did not answer: ${error.message}`)
  sendProblem(
    outgoing,
    isDown
      ? unavailable(`${service} is not running at the moment; try again shortly`, error)
      : new AppError('bad_gateway', 502, `${service} broke off without an answer`, { headers }),
  )
}

export function sendProblem(outgoing: ServerResponse, error: AppError): void {
  const body = JSON.stringify(problemOf(error))
  outgoing.writeHead(error.status, {
    ...error.headers,
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': Buffer.byteLength(body),
  })
  outgoing.end(body)
}
