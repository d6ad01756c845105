import { createMiddleware } from 'hono/factory'
import { AppError } from '../http/errors.ts'
import { documented, documents, problemSpec } from '../http/openapi.ts'
import type { VerifyToken } from './tokens.ts'

export const ROLES = ['buyer', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Who sent the request, as the access token says. */
export interface Caller {
  /** User id, a UUID. */
  readonly id: string
  readonly role: Role
}

interface Authenticated {
  Variables: { caller: Caller }
}

const SECURITY = [{ bearer: [] }]
const UNAUTHORIZED = { 401: problemSpec('No valid access token') }

export type Auth = ReturnType<typeof authentication>

/** Middleware that turns `Authorization: Bearer` into `c.var.caller`. */
export function authentication(verify: VerifyToken) {
  const requireUser = () =>
    documented(
      createMiddleware<Authenticated>(async (c, next) => {
        c.set('caller', await callerOf(c.req.header('authorization'), verify))
        return next()
      }),
      { security: SECURITY, responses: UNAUTHORIZED },
    )

  const requireRole = (role: Role) =>
    documented(
      createMiddleware<Authenticated>(async (c, next) => {
        const caller = await callerOf(c.req.header('authorization'), verify)
        if (caller.role !== role) throw forbidden(role, caller.role)
        c.set('caller', caller)
        return next()
      }),
      {
        security: SECURITY,
        responses: { ...UNAUTHORIZED, 403: problemSpec(`The caller is not ${role}`) },
      },
    )

  /**
   * For routes where a token is welcome but not needed: documents that, and `callerIfAny` reads it. No middleware, so
   * that the handler of a cached answer stands alone in its route, which Hono serves twice as fast.
   */
  const optionalUser = () => documents({ security: [{}, ...SECURITY], responses: UNAUTHORIZED })

  /** The caller, when a token was sent. @throws {AppError} 401 when it is not valid */
  const callerIfAny = (c: {
    req: { header: (name: string) => string | undefined }
  }): Caller | Promise<Caller> | undefined => {
    const header = c.req.header('authorization')
    return header === undefined ? undefined : callerOf(header, verify)
  }

  /** The caller by an `Authorization` header whose token verified within the last minute. */
  const knownCaller = (header: string): Caller | undefined => verify.known(tokenOf(header))

  return { requireUser, requireRole, optionalUser, callerIfAny, knownCaller }
}

function callerOf(header: string | undefined, verify: VerifyToken): Caller | Promise<Caller> {
  const token = header === undefined ? '' : tokenOf(header)
  if (token === '') throw unauthorized()
  return verify(token)
}

const tokenOf = (header: string): string =>
  header.slice(0, 7).toLowerCase() === 'bearer ' ? header.slice(7).trim() : ''

export const forbidden = (needed: Role, own: Role): AppError =>
  new AppError('forbidden', 403, `This needs the role ${needed}; yours is ${own}`)

/** The reference's answer to every bad token; it does not say what is wrong with it. */
export const unauthorized = (cause?: unknown): AppError =>
  new AppError('not_authenticated', 401, 'Could not validate credentials', {
    cause,
    headers: { 'WWW-Authenticate': 'Bearer' },
  })
