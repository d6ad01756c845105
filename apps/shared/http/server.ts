import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { type AccessLog, accessLog } from './access-log.ts'
import { type AppEnv, leanFetch, toAppError } from './http.ts'
import type { Log } from '../process/log.ts'
import { beginRequest, type RequestContext, withRequest } from './request-context.ts'
import { ServiceResponse } from './service-response.ts'
import {
  isPlainGet,
  type ReadyAnswer,
  readyProblem,
  type Shortcut,
  shortcutsOf,
} from './shortcut.ts'
import type { Telemetry } from '../process/telemetry.ts'

export interface HttpServer {
  readonly server: Server
  /** From now on each answer closes its connection, so that clients go elsewhere before the port closes. */
  drain: () => void
  /** Whether anybody who may send more has sent within the last 30 s: whoever asks for `/health` alone does not. */
  isSentTo: () => boolean
}

/** Load balancers ask for `/ready` more often. */
const SENT_TO_FOR_MS = 30_000

// Longer than the idle timeouts of CloudFront (30 s) and ALB (60 s), which must be the ones to close.
const KEEP_ALIVE_MS = 65_000

/**
 * The HTTP server of a service. What every answer gets whoever writes it happens here, below Hono, where it costs a
 * tenth: request context, security headers, access log, telemetry.
 */
export function httpServer(
  app: Hono<AppEnv>,
  log: Log,
  telemetry: Telemetry | undefined,
): HttpServer {
  const listener = getRequestListener(leanFetch(app, log, telemetry !== undefined))
  const shortcuts = shortcutsOf(app)
  const access = accessLog(log)
  const state = { draining: false }
  let sentToAt = -Infinity
  function onClose(this: ServiceResponse): void {
    if (this.context) ended(this.context, this.req, this, access, telemetry)
  }
  const server = createServer(
    {
      ...{ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 30_000, headersTimeout: 10_000 },
      ServerResponse: ServiceResponse,
    },
    (incoming, outgoing) => {
      const request = beginRequest(incoming.headers)
      telemetry?.onRequest(request, incoming.method ?? '')
      outgoing.context = request
      outgoing.server = state
      if (incoming.url !== '/health') sentToAt = request.startedAt
      outgoing.on('close', onClose)
      if (isPlainGet(incoming))
        for (const shortcut of shortcuts) if (answeredBy(shortcut, incoming, outgoing, log)) return
      void withRequest(request, listener, incoming, outgoing)
    },
  )
  return {
    server,
    drain: () => void (state.draining = true),
    isSentTo: () => performance.now() - sentToAt < SENT_TO_FOR_MS,
  }
}

/** @returns false: the app answers */
function answeredBy(
  { route, answer }: Shortcut,
  { url = '', headers }: IncomingMessage,
  outgoing: ServiceResponse,
  log: Log,
): boolean {
  const { context } = outgoing
  if (context === undefined) return false
  const send = (status: number, ready: ReadyAnswer) => {
    context.route = route
    outgoing.writeHead(status, ready.headers)
    outgoing.end(ready.body)
  }
  const fail = (error: unknown) => {
    const told = withRequest(context, toAppError, error, log)
    send(told.status, readyProblem(told, context.requestId))
  }
  try {
    const ready = answer(url, headers.authorization)
    if (ready === undefined) return false
    if (ready instanceof Promise) ready.then(found => send(200, found), fail)
    else send(200, ready)
  } catch (error) {
    fail(error)
  }
  return true
}

function ended(
  request: RequestContext,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  access: AccessLog,
  telemetry: Telemetry | undefined,
): void {
  const durationMs = performance.now() - request.startedAt
  // node-server reads the rest of a body that was refused, but the web stream which it laid over it would hold it back.
  if (!incoming.complete) incoming.removeAllListeners('data')
  const method = incoming.method ?? ''
  // 499: the client left before the answer was out. Leaving is how a client ends an event stream.
  const { streamedAfterMs } = request
  const isWhole = outgoing.writableFinished || streamedAfterMs !== undefined
  const status = isWhole ? outgoing.statusCode : 499
  telemetry?.onResponse(request, { method, status, durationMs: streamedAfterMs ?? durationMs })
  access(request, { method, path: pathOf(incoming.url ?? ''), status, durationMs })
}

/** The query may hold what a log must not: an e-mail that was searched for. */
function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end === -1 ? url : url.slice(0, end)
}
