import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AccessLog, accessLog } from './access-log.ts'
import type { Log } from '../process/log.ts'
import { beginRequest, type RequestContext } from './request-context.ts'
import { ServiceResponse } from './service-response.ts'
import { isPlainGet, type ReadyAnswer, sendReady } from './shortcut.ts'
import type { Telemetry } from '../process/telemetry.ts'

export type Handle = (incoming: IncomingMessage, outgoing: ServiceResponse) => void

export interface HttpServer {
  readonly server: Server
  /** From now on requests are answered by this; those that came before have waited for it. */
  serve: (handle: Handle) => void
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
 * The HTTP server of a service. It listens before the service is loaded and tells whoever asks for `/health` that the
 * process lives; all else waits. What every answer gets whoever writes it happens here, below Hono, where it costs a
 * tenth: request context, security headers, access log, telemetry.
 */
export function httpServer(
  log: Log,
  telemetry: Telemetry | undefined,
  health: ReadyAnswer,
): HttpServer {
  const serving = Promise.withResolvers<Handle>()
  let handle: Handle = (incoming, outgoing) =>
    void serving.promise.then(served => served(incoming, outgoing))
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
      if (incoming.url === '/health' && isPlainGet(incoming))
        sendReady(outgoing, '/health', 200, health)
      else handle(incoming, outgoing)
    },
  )
  return {
    server,
    serve: given => {
      handle = given
      serving.resolve(given)
    },
    drain: () => void (state.draining = true),
    isSentTo: () => performance.now() - sentToAt < SENT_TO_FOR_MS,
  }
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
