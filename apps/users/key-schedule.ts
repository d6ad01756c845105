import type { TokenAlgorithm } from '../shared/token-format.ts'
import type { SigningKey } from './signing-key.ts'

export const ACCESS_TOKEN_SECONDS = 30 * 60
/** Services fetch the key set every 10 minutes: a key that is published for this long is known to all of them. */
const KNOWN_TO_SERVICES_MS = 15 * 60_000
/** API Gateway keeps a key set for two hours. */
const KNOWN_TO_GATEWAYS_MS = 135 * 60_000
/** Public keys stay until the last token that they signed has expired, and a minute for clocks. */
const PUBLISHED_AFTER_MS = (ACCESS_TOKEN_SECONDS + 60) * 1000
const DAY_MS = 86_400_000

/** What the schedule looks at. */
type Key = Pick<SigningKey, 'signsFrom'> & { publicJwk: Pick<SigningKey['publicJwk'], 'alg'> }

export interface KeyPlan {
  /** Of the keys that are made. */
  algorithm: TokenAlgorithm
  maxAgeDays: number
}

/** The key that signs now. Keys are in the order in which they sign. */
export const signerOf = <K extends Key>(keys: readonly K[], now: number): K | undefined =>
  keys.findLast(({ signsFrom }) => signsFrom.getTime() <= now)

/**
 * How long a new key is published before it signs. Where RSA keys follow each other a gateway may verify, and it may know
 * the earlier one alone; one that comes with the first RSA key has not asked for a key set before.
 */
export const noticeMs = (keys: readonly Key[], algorithm: TokenAlgorithm): number =>
  algorithm === 'RS256' && keys.at(-1)?.publicJwk.alg === 'RS256'
    ? KNOWN_TO_GATEWAYS_MS
    : KNOWN_TO_SERVICES_MS

/**
 * When the key that is due should sign: the first one at once, the next one when the newest is old or of another algorithm.
 * Undefined: none is due. A key that does not sign yet is left to do so: in a rollout tasks with the earlier algorithm and
 * with the new one run side by side, and each would go on making a key to replace the other's.
 */
export function nextKeyFrom(
  keys: readonly Key[],
  { algorithm, maxAgeDays }: KeyPlan,
  now: number,
): Date | undefined {
  const newest = keys.at(-1)
  if (!newest) return new Date(now)
  const ageMs = now - newest.signsFrom.getTime()
  const isOther = newest.publicJwk.alg !== algorithm && ageMs >= 0
  return isOther || ageMs > maxAgeDays * DAY_MS
    ? new Date(now + noticeMs(keys, algorithm))
    : undefined
}

/** Keys whose successor has signed for longer than a token lives. */
export const retired = <K extends Key>(keys: readonly K[], now: number): K[] =>
  keys.filter((_, index) => {
    const successor = keys[index + 1]
    return successor !== undefined && successor.signsFrom.getTime() + PUBLISHED_AFTER_MS < now
  })
