import { type DestinationStream, type Logger, pino } from 'pino'
import type { LogLevel } from '../environment.ts'
import { currentRequest, traceIdOf } from '../http/request-context.ts'

export type Log = Logger

/** Never in a log: as a field, or one level down. */
const SECRET_PATHS = [
  'password',
  'token',
  'authorization',
  'refresh_token',
  'access_token',
  'email',
]

const FLUSH_MS = 200

const BUFFER_CHARS = 16_000

/**
 * JSON lines on stdout, written in blocks: a write per request would cost a third of the throughput. Not by pino's own
 * destination: when the reader of the pipe has gone (the local runner was killed), its flush at exit tries for ever.
 */
export function openLog(service: string, level: LogLevel): { log: Log; flush: () => void } {
  const { stdout } = process
  // EPIPE: nobody reads any more, and whoever did decides whether we go on.
  stdout.on('error', () => {})
  let buffered = ''
  const flush = () => {
    if (buffered === '') return
    const text = buffered
    buffered = ''
    stdout.write(text)
  }
  setInterval(flush, FLUSH_MS).unref()
  const write = (line: string) => {
    buffered += line
    if (buffered.length >= BUFFER_CHARS) flush()
  }
  return { log: logTo({ write }, service, level), flush }
}

export const logTo = (destination: DestinationStream, service: string, level: LogLevel): Log =>
  pino(
    {
      level,
      base: { service },
      redact: [...SECRET_PATHS, ...SECRET_PATHS.map(path => `*.${path}`)],
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      serializers: { err: errorFields },
      mixin: requestIds,
    },
    destination,
  )

const STACK_LINES = 12

/**
 * An error without what it may quote: PostgreSQL's details and MikroORM's messages hold the values of the row, which
 * may be somebody's e-mail address or password hash.
 */
function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, cause } = error
  const fromDatabase = 'severity' in error || 'sqlMessage' in error
  const picked = ['code', 'constraint', 'table'].filter(key => key in error)
  return {
    type: name,
    message: fromDatabase ? withoutValues(error) : error.message,
    ...Object.fromEntries(picked.map(key => [key, Reflect.get(error, key)])),
    stack: framesOf(error),
    ...(cause !== undefined && { cause: errorFields(cause) }),
  }
}

function withoutValues(error: Error): string {
  const [first = ''] = error.message.split('\n')
  // Class 22, "data exception", quotes the value that could not be read.
  const quotesValue = 'code' in error && String(error.code).startsWith('22')
  if ('sqlMessage' in error)
    return quotesValue
      ? 'data exception'
      : (first.split(' - ').at(-1) ?? first).replaceAll(/'[^']*'/g, "'…'")
  return quotesValue ? first.replace(/["'].*/, '…') : first
}

/** A stack begins with the message, of which a line may begin with "at" as well: the frames are what ends it. */
function framesOf(error: Error): string[] {
  const lines = (error.stack ?? '').split('\n')
  const before = lines.findLastIndex(line => !/^ +at /.test(line))
  return lines.slice(before + 1, before + 1 + STACK_LINES).map(line => line.trim())
}

function requestIds(): object {
  const request = currentRequest()
  if (!request) return {}
  const { requestId, traceparent } = request
  return {
    request_id: requestId,
    ...(traceparent !== undefined && { trace_id: traceIdOf(traceparent) }),
  }
}
