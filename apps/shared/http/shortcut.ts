import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'

/** An answer, 200, that is there already. */
export interface ReadyAnswer {
  /** Path pattern, for telemetry. */
  route: string
  /** In lower case; with `content-length`. */
  headers: OutgoingHttpHeaders
  body: string
}

/**
 * Looks whether a plain GET has a ready answer, the very one that the app would give; `undefined`: the app answers.
 * @param url path and query, as they were sent
 * @param authorization the header, if there is one
 */
export type Shortcut = (url: string, authorization: string | undefined) => ReadyAnswer | undefined

const shortcuts = new WeakMap<object, Shortcut>()

/**
 * Lets a server ask `shortcut` before it asks the app: for the few paths that are hot enough, since routing and the
 * objects of the fetch API cost as much as all the rest of a cached answer.
 */
export function withShortcut<App extends object>(app: App, shortcut: Shortcut): App {
  shortcuts.set(app, shortcut)
  return app
}

export const shortcutOf = (app: object): Shortcut | undefined => shortcuts.get(app)

/** The answer that is ready for a request, unless where it comes from or what the client has may make it another one. */
export function readyFor(
  shortcut: Shortcut | undefined,
  { method, url = '', headers }: IncomingMessage,
): ReadyAnswer | undefined {
  if (shortcut === undefined || method !== 'GET') return undefined
  if (headers.origin !== undefined || headers['if-none-match'] !== undefined) return undefined
  return shortcut(url, headers.authorization)
}
