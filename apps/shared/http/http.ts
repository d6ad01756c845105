import { type ErrorHandler, Hono, type MiddlewareHandler } from 'hono'
import type { getRequestListener, HttpBindings } from '@hono/node-server'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { matchedRoutes } from 'hono/route'
import { TrieRouter } from 'hono/router/trie-router'
import { AppError, problemResponse, unavailable } from './errors.ts'
import type { Caller } from '../auth/auth.ts'
import { isDatabaseDown } from '../database/database-errors.ts'
import type { Log } from '../process/log.ts'
import { isDocumentation } from './openapi.ts'
import { currentRequest } from './request-context.ts'

export type AppEnv = { Bindings: HttpBindings; Variables: { caller: Caller } }

const BODY_LIMIT_BYTES = 100 * 1024

/**
 * The ground of every service: errors as problem documents, CORS, body limit, 404 and 405. What belongs to every answer
 * whoever wrote it (request id, security headers, access log) is in `server.ts`.
 */
export function service(log: Log, corsOrigins: readonly string[]): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.onError(errorAnswer(log))
  app.notFound(c => {
    throw unknownPath(app, c.req.method, c.req.path)
  })
  const limit = bodyLimit({ maxSize: BODY_LIMIT_BYTES, onError: tooLarge })
  if (corsOrigins.length > 0) app.use(ground(crossOrigin(corsOrigins)))
  app.use(ground(limit))
  return app
}

const errorAnswer =
  (log: Log): ErrorHandler<AppEnv> =>
  error =>
    problemResponse(toAppError(error, log), currentRequest()?.requestId)

const grounds = new WeakSet<object>()

function ground(handler: MiddlewareHandler): MiddlewareHandler {
  grounds.add(handler)
  return handler
}

/**
 * The app as it is served: without the handlers that only document, and for a GET from no other origin without CORS and
 * body limit too. A cached answer costs twice as much with them.
 */
export function leanFetch(app: Hono<AppEnv>, log: Log, labelsRoutes = false): Fetch {
  const full = copyOf(app, log, labelsRoutes, handler => !isDocumentation(handler))
  const plain = copyOf(
    app,
    log,
    labelsRoutes,
    handler => !isDocumentation(handler) && !grounds.has(handler),
  )
  return (request, env) => {
    const { method, headers } = (env as HttpBindings).incoming
    const isPlain = (method === 'GET' || method === 'HEAD') && headers.origin === undefined
    return (isPlain ? plain : full).fetch(request, env)
  }
}

type Fetch = Parameters<typeof getRequestListener>[0]

function copyOf(
  app: Hono<AppEnv>,
  log: Log,
  labelsRoutes: boolean,
  keeps: (handler: object) => boolean,
): Hono<AppEnv> {
  const copy = new Hono<AppEnv>()
  if (labelsRoutes) copy.use(labelRoute)
  for (const { method, path, handler } of app.routes)
    if (keeps(handler)) copy.on(method, path, handler)
  copy.onError(errorAnswer(log))
  copy.notFound(c => {
    throw unknownPath(app, c.req.method, c.req.path)
  })
  return copy
}

/** Notes the path pattern for telemetry: the first route that matches is the one that answers. */
const labelRoute: MiddlewareHandler = (c, next) => {
  const request = currentRequest()
  const route = matchedRoutes(c).find(({ method }) => method !== 'ALL')
  if (request && route) request.route = route.path
  return next()
}

function crossOrigin(origins: readonly string[]) {
  const handle = cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'Last-Event-ID',
      'X-Request-Id',
    ],
    exposeHeaders: [
      'ETag',
      'Idempotency-Replayed',
      'Link',
      'Location',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'Retry-After',
      'X-Request-Id',
    ],
    maxAge: 600,
  })
  return ((c, next) =>
    c.req.header('origin') === undefined ? next() : handle(c, next)) satisfies MiddlewareHandler
}

function tooLarge(): never {
  throw new AppError('body_too_large', 413, `The body is larger than ${BODY_LIMIT_BYTES} bytes`)
}

/** 405 with `Allow` when another method would find a handler here, else 404. */
function unknownPath(app: Hono<AppEnv>, method: string, path: string): AppError {
  const router = new TrieRouter<string>()
  for (const route of app.routes)
    if (route.method !== 'ALL') router.add('GET', route.path, route.method)
  const methods = new Set(router.match('GET', path)[0].map(([found]) => found))
  if (methods.size === 0)
    return new AppError('path_not_found', 404, `No such path: ${path.slice(0, 200)}`)
  if (methods.has('GET')) methods.add('HEAD')
  const allow = [...methods].sort().join(', ')
  return new AppError(
    'method_not_allowed',
    405,
    `${method} is not allowed here; allowed: ${allow}`,
    {
      headers: { Allow: allow },
    },
  )
}

/** What a caller is told of an error; the log is told more. */
export function toAppError(error: unknown, log: Log): AppError {
  if (error instanceof AppError) {
    if (error.status >= 500) log.error({ err: error, code: error.code }, error.message)
    return error
  }
  if (error instanceof HTTPException && error.status === 400)
    return new AppError('malformed_body', 400, 'The body is not valid JSON', { cause: error })
  if (isDatabaseDown(error)) {
    log.error({ err: error }, 'database is unavailable')
    return unavailable('The database is not available; try again shortly', error)
  }
  log.error({ err: error }, 'unexpected error')
  return new AppError('internal_error', 500, 'Internal Server Error', { cause: error })
}
