import { createHash } from 'node:crypto'

/** Longest names that AWS takes, in characters. Sources: the API reference of each service. */
export const NAME_LIMITS = {
  /** Our own: what every name of a stack starts with. */
  prefix: 40,
  loadBalancer: 32,
  targetGroup: 32,
  cache: 40,
  role: 64,
  database: 63,
  bucket: 63,
  queue: 80,
  topic: 256,
  table: 255,
  alarm: 255,
  repository: 256,
  cluster: 255,
  taskFamily: 255,
  logGroup: 512,
  policy: 128,
  webAcl: 128,
  edgePolicy: 128,
  edgeFunction: 64,
  api: 128,
  dashboard: 255,
  budget: 100,
  eventSubscription: 255,
} as const

const HASH_CHARS = 6

/**
 * A physical name from its parts, `shop-dev-users`: lower-case letters, digits and dashes. One that is longer than
 * `limit` is cut and ends with a hash of the whole, so that two long stack names stay two names.
 */
export function physicalName(parts: readonly string[], limit: number): string {
  const whole = parts.join('-')
  const clean = whole
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  if (clean === whole && clean.length <= limit) return clean
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, HASH_CHARS)
  return `${clean.slice(0, limit - HASH_CHARS - 1).replace(/-$/, '')}-${hash}`
}
