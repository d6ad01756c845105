import { createHash, timingSafeEqual } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import { unauthorized } from './auth.ts'
import { documented, problemSpec } from '../http/openapi.ts'

const SECURITY = [{ service: [] }]
const UNAUTHORIZED = { 401: problemSpec('The caller is no service that may ask this') }

/**
 * Lets only those through who hold this service's own token: the services whose manifests say that they call it. For
 * `/internal/*`, which no edge routes.
 */
export function requireService(token: string) {
  const expected = digest(token)
  return documented(
    createMiddleware((c, next) => {
      const [scheme, given = ''] = (c.req.header('authorization') ?? '').split(' ')
      const isKnown = scheme?.toLowerCase() === 'bearer' && timingSafeEqual(digest(given), expected)
      if (!isKnown) throw unauthorized()
      return next()
    }),
    { security: SECURITY, responses: UNAUTHORIZED },
  )
}

/** Of equal length whatever is given, so that the comparison tells nothing. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
