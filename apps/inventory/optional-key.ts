import { createMiddleware } from 'hono/factory'
import type { Database } from '../shared/database/database.ts'
import { type Idempotency, idempotent } from '../shared/http/idempotency.ts'
import { documented, problemSpec } from '../shared/http/openapi.ts'
import type { Caller } from '../shared/auth/auth.ts'

interface WithOptionalKey {
  Variables: { caller: Caller; idempotency: Idempotency | undefined }
}

const SPEC = {
  parameters: [
    {
      name: 'Idempotency-Key',
      in: 'header' as const,
      required: false,
      description: 'With it a retry has no second effect and gets the same answer, for 24 hours',
      schema: { type: 'string' as const, minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
    },
  ],
  responses: {
    422: problemSpec('Fields are not valid, or the Idempotency-Key was used with another body'),
  },
}

/** As `idempotent`, but a request without a key goes on without one. */
export function idempotentWithKey(database: Database) {
  const withKey = idempotent(database)
  return documented(
    createMiddleware<WithOptionalKey>((c, next) =>
      c.req.header('idempotency-key') === undefined
        ? next()
        : withKey(c as Parameters<typeof withKey>[0], next),
    ),
    SPEC,
  )
}
