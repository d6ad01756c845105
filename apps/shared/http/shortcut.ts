import type { IncomingMessage } from 'node:http'
import { type AppError, PROBLEM_TYPE, problemOf } from './errors.ts'
import { COMMON_HEADERS, type ServiceResponse } from './service-response.ts'

/** An answer, 200, whose bytes are there. */
export interface ReadyAnswer {
  /** All but the request's id: names, in lower case, and values in turn, as Node writes them fastest. */
  headers: readonly string[]
  body: string
}

/** A way past the app for plain GETs of one route: the answer is the very one that the app would give. */
export interface Shortcut {
  /** Path pattern, for telemetry. */
  route: string
  /**
   * `undefined`: the app answers. What it throws is answered as if the app had thrown it.
   * @param url path and query, as they were sent
   * @param authorization the header, if there is one
   */
  answer: (
    url: string,
    authorization: string | undefined,
  ) => ReadyAnswer | Promise<ReadyAnswer> | undefined
}

const shortcuts = new WeakMap<object, Shortcut[]>()

/**
 * Lets a server ask `shortcut` before it asks the app: for the few paths that are hot enough, since routing and the
 * objects of the fetch API cost as much as all the rest of a cached answer.
 */
export function withShortcut<App extends object>(app: App, shortcut: Shortcut): App {
  shortcuts.set(app, [...shortcutsOf(app), shortcut])
  return app
}

export const shortcutsOf = (app: object): readonly Shortcut[] => shortcuts.get(app) ?? []

/** Whether the app would give any other answer for where the request comes from, or for what the client has already. */
export const isPlainGet = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && headers.origin === undefined && headers['if-none-match'] === undefined

/** @param headers in lower case; its own, to which what every answer has is added */
export function readyText(body: string, headers: Record<string, string>): ReadyAnswer {
  const length = String(Buffer.byteLength(body))
  const all = { ...COMMON_HEADERS, ...headers, 'content-length': length }
  return { headers: Object.entries(all).flat(), body }
}

/** JSON that stays the same. */
export const readyJson = (value: unknown): ReadyAnswer =>
  readyText(JSON.stringify(value), { 'content-type': 'application/json' })

/** What `problemResponse` sends. */
export const readyProblem = (error: AppError, requestId: string): ReadyAnswer =>
  readyText(JSON.stringify(problemOf(error, requestId)), {
    ...error.headers,
    'content-type': PROBLEM_TYPE,
  })

export function sendReady(
  outgoing: ServiceResponse,
  route: string,
  status: number,
  { headers, body }: ReadyAnswer,
): void {
  if (outgoing.context) outgoing.context.route = route
  outgoing.writeReady(status, headers)
  outgoing.end(body)
}
