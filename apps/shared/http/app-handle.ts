import type { IncomingMessage } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { type AppEnv, leanFetch, toAppError } from './http.ts'
import type { Log } from '../process/log.ts'
import { withRequest } from './request-context.ts'
import type { Handle } from './server.ts'
import type { ServiceResponse } from './service-response.ts'
import { isPlainGet, readyProblem, sendReady, type Shortcut, shortcutsOf } from './shortcut.ts'

/** Answers requests by an app and its shortcuts. @param labelsRoutes notes the path pattern of each, for telemetry */
export function appHandle(app: Hono<AppEnv>, log: Log, labelsRoutes: boolean): Handle {
  const listener = getRequestListener(leanFetch(app, log, labelsRoutes))
  const shortcuts = shortcutsOf(app)
  return (incoming, outgoing) => {
    if (isPlainGet(incoming))
      for (const shortcut of shortcuts) if (answeredBy(shortcut, incoming, outgoing, log)) return
    if (outgoing.context) void withRequest(outgoing.context, listener, incoming, outgoing)
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
  const fail = (error: unknown) => {
    const told = withRequest(context, toAppError, error, log)
    sendReady(outgoing, route, told.status, readyProblem(told, context.requestId))
  }
  try {
    const ready = answer(url, headers.authorization)
    if (ready === undefined) return false
    if (ready instanceof Promise) ready.then(found => sendReady(outgoing, route, 200, found), fail)
    else sendReady(outgoing, route, 200, ready)
  } catch (error) {
    fail(error)
  }
  return true
}
