import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { type AppError, PROBLEM_TYPE, problemOf } from './errors.ts'
import type { ServiceResponse } from './service-response.ts'

/** An answer, 200, whose bytes are there. */
export interface ReadyAnswer {
  /** In lower case; with `content-length`. */
  headers: OutgoingHttpHeaders
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

/** JSON that stays the same. */
export const readyJson = (value: unknown): ReadyAnswer => {
  const body = JSON.stringify(value)
  return {
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    body,
  }
}

/** What `problemResponse` sends. */
export const readyProblem = (error: AppError, requestId: string): ReadyAnswer => {
  const { headers, body } = readyJson(problemOf(error, requestId))
  return { headers: { ...headers, ...error.headers, 'content-type': PROBLEM_TYPE }, body }
}

export function sendReady(
  outgoing: ServiceResponse,
  route: string,
  status: number,
  { headers, body }: ReadyAnswer,
): void {
  if (outgoing.context) outgoing.context.route = route
  outgoing.writeHead(status, headers)
  outgoing.end(body)
}
