import { type DestinationStream, symbols } from 'pino'
import type { Log } from '../process/log.ts'
import { type RequestContext, traceIdOf } from './request-context.ts'

export interface Access {
  method: string
  /** Without the query. */
  path: string
  status: number
  durationMs: number
}

export type AccessLog = (request: RequestContext, access: Access) => void

/**
 * Writes a line per request to where `log` writes. The line is put together by hand: it has nothing to redact, and
 * going through the logger costs as much as a cached answer.
 */
export function accessLog(log: Log): AccessLog {
  if (!log.isLevelEnabled('info')) return () => {}
  const stream: DestinationStream = Reflect.get(log, symbols.streamSym)
  const service = JSON.stringify(log.bindings()['service'])
  return (request, { method, path, status, durationMs }) => {
    // Probes come every few seconds from each zone; they are worth a line only when they fail.
    if (status < 400 && (path === '/health' || path === '/ready')) return
    const ms = Math.round(durationMs * 100) / 100
    const trace =
      request.traceparent === undefined ? '' : `,"trace_id":"${traceIdOf(request.traceparent)}"`
    stream.write(
      `{"level":"info","time":"${now()}","service":${service},"method":"${method}",` +
        `"path":${JSON.stringify(path)},"status":${status},"ms":${ms},` +
        `"request_id":"${request.requestId}"${trace},"msg":"request"}\n`,
    )
  }
}

let lastMs = 0
let lastText = ''

/** ISO time; several requests share a millisecond. */
function now(): string {
  const ms = Date.now()
  if (ms === lastMs) return lastText
  lastMs = ms
  lastText = new Date(ms).toISOString()
  return lastText
}
