/** PostgreSQL and socket error codes after which the same request can succeed later without a change. */
const DOWN = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57014', // query_canceled: statement timeout
  '55P03', // lock_not_available: lock timeout
  '53100', // disk_full
  '53200', // out_of_memory
  '53300', // too_many_connections
  // The login was refused: the password or IAM token is being changed, or the database is not made yet.
  '28P01',
  '28000',
  '3D000',
  '08000',
  '08003',
  '08006',
])

// node-postgres throws these without a code.
const DOWN_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error',
  'Cannot use a pool after calling end',
]

export function codesOf(error: unknown): string[] {
  const codes: string[] = []
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth++) {
    if ('code' in current && typeof current.code === 'string') codes.push(current.code)
    if (current instanceof AggregateError) codes.push(...current.errors.flatMap(codesOf))
    current = current.cause
  }
  return codes
}

/** The database, or the way to it, is down or overloaded: worth a 503 and a retry. */
export const isDatabaseDown = (error: unknown): boolean =>
  codesOf(error).some(code => DOWN.has(code)) ||
  (error instanceof Error && DOWN_MESSAGES.some(text => error.message.includes(text)))

const refusedBy = (error: unknown, code: string, constraint: string): boolean =>
  codesOf(error).includes(code) &&
  error instanceof Error &&
  'constraint' in error &&
  error.constraint === constraint

/** A unique constraint or index of this name refused the row. */
export const isDuplicate = (error: unknown, constraint: string): boolean =>
  refusedBy(error, '23505', constraint)

/** The row points at nothing, or is still pointed at. */
export const isForeignKeyMissing = (error: unknown, constraint: string): boolean =>
  refusedBy(error, '23503', constraint)
