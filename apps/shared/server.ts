import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Log } from './log.ts'
import { beginRequest, type RequestContext, traceIdOf, withRequest } from './request-context.ts'
import type { Telemetry } from './telemetry.ts'

type Fetch = Parameters<typeof getRequestListener>[0]

export interface HttpServer {
  readonly server: Server
  /** From now on each answer closes its connection, so that clients go elsewhere before the port closes. */
  drain: () => void
}

const SECURITY_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'Cross-Origin-Resource-Policy': 'cross-origin',
}

// Longer than the idle timeouts of CloudFront (30 s) and ALB (60 s), which must be the ones to close.
const KEEP_ALIVE_MS = 65_000

/**
 * The HTTP server of a service. What every answer gets whoever writes it happens here, below Hono, where it costs a
 * tenth: request context, security headers, access log, telemetry.
 */
export function httpServer(fetch: Fetch, log: Log, telemetry: Telemetry | undefined): HttpServer {
  const listener = getRequestListener(fetch)
  let draining = false
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 30_000, headersTimeout: 10_000 },
    (incoming, outgoing) => {
      const request = beginRequest(incoming.headers)
      telemetry?.onRequest(request, incoming.method ?? '')
      for (const name in SECURITY_HEADERS)
        outgoing.setHeader(name, SECURITY_HEADERS[name as keyof typeof SECURITY_HEADERS])
      outgoing.setHeader('X-Request-Id', request.requestId)
      if (draining) outgoing.setHeader('Connection', 'close')
      outgoing.once('close', () => ended(request, incoming, outgoing, log, telemetry))
      withRequest(request, () => void listener(incoming, outgoing))
    },
  )
  return { server, drain: () => void (draining = true) }
}

function ended(
  request: RequestContext,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  log: Log,
  telemetry: Telemetry | undefined,
): void {
  const durationMs = performance.now() - request.startedAt
  const method = incoming.method ?? ''
  // 499: the client left before the answer was out.
  const status = outgoing.writableFinished ? outgoing.statusCode : 499
  telemetry?.onResponse(request, { method, status, durationMs })
  const path = pathOf(incoming.url ?? '')
  // Probes come every few seconds from each zone; they are worth a line only when they fail.
  if (status < 400 && (path === '/health' || path === '/ready')) return
  log.info(
    {
      method,
      path,
      status,
      ms: Math.round(durationMs * 100) / 100,
      request_id: request.requestId,
      trace_id: traceIdOf(request.traceparent),
    },
    'request',
  )
}

/** The query may hold what a log must not: an e-mail that was searched for. */
function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end === -1 ? url : url.slice(0, end)
}
