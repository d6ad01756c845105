import { createMiddleware } from 'hono/factory'
import { AppError } from './errors.ts'
import { documented, problemSpec } from './openapi.ts'
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
interface MaybeAuthenticated {
  Variables: { caller: Caller | undefined }
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
        if (caller.role !== role)
          throw new AppError(
            'forbidden',
            403,
            `This needs the role ${role}; yours is ${caller.role}`,
          )
        c.set('caller', caller)
        return next()
      }),
      {
        security: SECURITY,
        responses: { ...UNAUTHORIZED, 403: problemSpec(`The caller is not ${role}`) },
      },
    )

  /** A token is welcome but not needed; one that is sent must be valid. */
  const optionalUser = () =>
    documented(
      createMiddleware<MaybeAuthenticated>(async (c, next) => {
        const header = c.req.header('authorization')
        if (header !== undefined) c.set('caller', await callerOf(header, verify))
        return next()
      }),
      { security: [{}, ...SECURITY], responses: UNAUTHORIZED },
    )

  return { requireUser, requireRole, optionalUser }
}

async function callerOf(header: string | undefined, verify: VerifyToken): Promise<Caller> {
  const token = header?.slice(0, 7).toLowerCase() === 'bearer ' ? header.slice(7).trim() : ''
  if (token === '') throw unauthorized()
  return verify(token)
}

/** The reference's answer to every bad token; it does not say what is wrong with it. */
export const unauthorized = (cause?: unknown): AppError =>
  new AppError('not_authenticated', 401, 'Could not validate credentials', {
    cause,
    headers: { 'WWW-Authenticate': 'Bearer' },
  })
