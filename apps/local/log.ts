import { randomUUID } from 'node:crypto'
import { stripVTControlCharacters, styleText } from 'node:util'

/** What the runner and its parts say. `fields` reach only the JSON form. */
export interface RunnerLog {
  info: (message: string, fields?: object) => void
  warn: (message: string, fields?: object) => void
  error: (message: string, fields?: object) => void
}

export interface Output extends RunnerLog {
  /** A line that a process wrote: JSON as pino writes it, or plain text. */
  line: (service: string, text: string, stream: 'stdout' | 'stderr') => void
  /** Whether someone reads along: then the text may be for people, and hold passwords. */
  readonly forPeople: boolean
  /** Text for people, as it is. */
  print: (text: string) => void
}

/** Ids of requests that we send ourselves begin so. */
export const OWN_REQUESTS = `npm-start-${randomUUID()}-`

type Level = 'info' | 'warn' | 'error'

/** Readable one-liners on a terminal, JSON lines otherwise. */
export function openOutput(stdout: NodeJS.WriteStream): Output {
  // Whoever read along has gone (`npm start | head`): the platform goes on without a word.
  stdout.on('error', () => {})
  const forPeople = stdout.isTTY
  const write = (text: string) => void stdout.write(`${text}\n`)
  const say =
    (level: Level) =>
    (message: string, fields: object = {}) =>
      write(
        forPeople
          ? pretty({ level, time: new Date().toISOString(), service: 'local', msg: message })
          : jsonLine(level, 'local', message, fields),
      )
  return {
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    forPeople,
    print: write,
    line: (service, text, stream) => {
      const record = parse(text)
      if (record && (isProbe(record) || (forPeople && isOwnWork(record)))) return
      if (forPeople) write(record ? pretty(record) : pretty({ service, msg: text }))
      else write(record ? text : jsonLine(stream === 'stderr' ? 'error' : 'info', service, text))
    },
  }
}

const jsonLine = (level: Level, service: string, msg: string, fields: object = {}): string =>
  JSON.stringify({ level, time: new Date().toISOString(), service, ...fields, msg })

type LogRecord = Readonly<Record<string, unknown>>

function parse(text: string): LogRecord | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as LogRecord
  } catch {
    return undefined // a line that only looks like JSON is shown as text
  }
}

/** The edge asks often while services start; that they are not ready yet is no news. */
const isProbe = ({ path, status }: LogRecord): boolean => path === '/ready' && status === 503

/** Hundreds of lines in which the accounts and addresses, which people look for, would drown. */
const isOwnWork = ({ request_id: id, status }: LogRecord): boolean =>
  typeof id === 'string' &&
  id.startsWith(OWN_REQUESTS) &&
  typeof status === 'number' &&
  status < 400

const COLOURS = { warn: 'yellow', error: 'red', fatal: 'red' } as const
const KNOWN = new Set(
  'level time service msg method path status ms request_id trace_id err pid hostname'.split(' '),
)

/** One line for a terminal: time, service, what happened. Control characters can't reach it. */
export function pretty(record: LogRecord): string {
  const { level, time, service, method, path, status, ms } = record
  const access = typeof method === 'string' && typeof status === 'number'
  const what = access
    ? `${status} ${method} ${text(path)} ${typeof ms === 'number' ? `${ms.toFixed(1)} ms` : ''}`
    : [text(record['msg']), ...rest(record)].filter(Boolean).join(' ') + errorText(record)
  const clock =
    typeof time === 'string' ? time.slice(11, 23) : new Date().toISOString().slice(11, 23)
  const line = `${clean(text(service)).padEnd(8)} ${clean(what).trimEnd()}`
  const urgent = access && status >= 500 ? 'error' : level
  const colour = COLOURS[urgent as keyof typeof COLOURS]
  return `${styleText('dim', clock)} ${colour ? styleText(colour, line) : line}`
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)

const rest = (record: LogRecord): string[] =>
  Object.entries(record)
    .filter(([key]) => !KNOWN.has(key))
    .map(([key, value]) => `${key}=${text(value)}`)

/** As services log one. */
interface LoggedError {
  type?: unknown
  message?: unknown
  code?: unknown
  stack?: unknown
  cause?: LoggedError
}

/** Why, down to the first cause, and the first place in code of ours; the whole stack is in the JSON form. */
function errorText({ msg, err }: LogRecord): string {
  if (typeof err !== 'object' || err === null) return ''
  const reasons: string[] = []
  for (let error: LoggedError | undefined = err; error; error = error.cause)
    reasons.push(reasonOf(error))
  const why = reasons.filter(reason => reason !== '' && reason !== msg).map(reason => `: ${reason}`)
  return why.join('') + placeOf(err)
}

const reasonOf = ({ type, message, code }: LoggedError): string =>
  [type === 'Error' || type === 'AppError' ? '' : text(type), text(message) || text(code)]
    .filter(Boolean)
    .join(': ')

function placeOf({ stack }: LoggedError): string {
  const frames = Array.isArray(stack) ? stack.map(String) : []
  const own = frames.find(frame => frame.includes('/apps/') && !frame.includes('/node_modules/'))
  const place = own && /apps\/[^()]+/.exec(own)?.[0]
  return place ? ` (${place})` : ''
}

const clean = (value: string): string =>
  // Tabs and line breaks of stack traces stay; what else moves a cursor goes.
  stripVTControlCharacters(value).replaceAll(/[^\P{Cc}\n\t]/gu, '')
