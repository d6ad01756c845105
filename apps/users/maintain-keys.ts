import { keepTrying } from '../shared/bus/keep-trying.ts'
import type { Kit } from '../shared/process/run.ts'
import type manifest from './manifest.ts'
import type { SigningKeys } from './signing-keys.ts'

/** Each instance reads the signing keys this often. */
export const KEY_REFRESH_MS = 60_000

/**
 * Reads the keys at once and every minute, and makes the next one when it is due. Nothing can be signed or verified
 * before the first time, and nobody need ask whether the service is ready: a database that is down is tried again soon.
 */
export function maintainKeys(
  { log, onClose, readyWhen }: Pick<Kit<typeof manifest>, 'log' | 'onClose' | 'readyWhen'>,
  keys: Pick<SigningKeys, 'maintain'>,
  everyMs = KEY_REFRESH_MS,
): void {
  const stopping = new AbortController()
  let done = false
  const maintain = async () => {
    await keys.maintain()
    done = true
  }
  const again = () =>
    maintain().catch((error: unknown) =>
      log.error({ err: error }, 'signing keys could not be read; the ones in memory go on'),
    )
  const first = keepTrying(stopping.signal, log, 'reading the signing keys', maintain)
  const timer = setInterval(() => void again(), everyMs)
  onClose('signing keys', () => {
    clearInterval(timer)
    stopping.abort()
    return first
  })
  readyWhen('signing keys', async () => {
    if (!done) await maintain()
  })
}
