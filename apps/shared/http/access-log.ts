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

/** Characters that JSON takes as they are. */
const PLAIN_PATH = /^[\w/.~%-]*$/

/**
 * Writes a line per request to where `log` writes. The line is put together by hand, of few pieces: it has nothing to
 * redact, and going through the logger costs as much as a cached answer.
 */
export function accessLog(log: Log): AccessLog {
  if (!log.isLevelEnabled('info')) return () => {}
  const stream: DestinationStream = Reflect.get(log, symbols.streamSym)
  const head = headIn(JSON.stringify(log.bindings()['service']))
  return ({ requestId, traceparent }, { method, path, status, durationMs }) => {
    // Probes come every few seconds from each zone; they are worth a line only when they fail.
    if (status < 400 && (path === '/health' || path === '/ready')) return
    const quoted = PLAIN_PATH.test(path) ? `"${path}"` : JSON.stringify(path)
    const ms = Math.round(durationMs * 100) / 100
    const trace = traceparent === undefined ? '' : `","trace_id":"${traceIdOf(traceparent)}`
    stream.write(
      `${head(method)}${quoted},"status":${status},"ms":${ms},"request_id":"${requestId}${trace}","msg":"request"}\n`,
    )
  }
}

/** How a line begins, made anew when the time or the method is another: requests share a millisecond. */
function headIn(service: string): (method: string) => string {
  let [lastMs, lastMethod, head] = [0, '', '']
  return method => {
    const ms = Date.now()
    if (ms !== lastMs || method !== lastMethod) {
      lastMs = ms
      lastMethod = method
      const time = new Date(ms).toISOString()
      head = `{"level":"info","time":"${time}","service":${service},"method":"${method}","path":`
    }
    return head
  }
}
