import { Hono } from 'hono'
import type { HttpBindings } from '@hono/node-server'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { TrieRouter } from 'hono/router/trie-router'
import { AppError, problemResponse, unavailable } from './errors.ts'
import type { Caller } from './auth.ts'
import { isDatabaseDown } from './database-errors.ts'
import type { Log } from './log.ts'
import { currentRequest } from './request-context.ts'

export type AppEnv = { Bindings: HttpBindings; Variables: { caller: Caller } }

const BODY_LIMIT_BYTES = 100 * 1024

/**
 * The ground of every service: errors as problem documents, CORS, body limit, 404 and 405. What belongs to every answer
 * whoever wrote it (request id, security headers, access log) is in `server.ts`.
 */
export function service(log: Log, corsOrigins: readonly string[]): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.onError((error, c) => problemResponse(toAppError(error, log), currentRequest()?.requestId))
  app.notFound(c => {
    throw unknownPath(app, c.req.method, c.req.path)
  })
  if (corsOrigins.length > 0) app.use(crossOrigin(corsOrigins))
  const limit = bodyLimit({ maxSize: BODY_LIMIT_BYTES, onError: tooLarge })
  // Asking a GET for its body makes node-server build a full Request, which halves the throughput.
  app.use((c, next) =>
    c.req.method === 'GET' || c.req.method === 'HEAD' ? next() : limit(c, next),
  )
  return app
}

function crossOrigin(origins: readonly string[]) {
  const handle = cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'If-Match', 'If-None-Match', 'X-Request-Id'],
    exposeHeaders: ['ETag', 'Link', 'Location', 'Retry-After', 'X-Request-Id'],
    maxAge: 600,
  })
  return (async (c, next) => {
    if (c.req.header('origin') !== undefined) return handle(c, next)
    if (!origins.includes('*')) c.header('Vary', 'Origin')
    return next()
  }) satisfies Parameters<Hono<AppEnv>['use']>[1]
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

function toAppError(error: unknown, log: Log): AppError {
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
