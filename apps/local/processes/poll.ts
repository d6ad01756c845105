import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until `condition` holds. Returns whether it came to hold in time. */
export async function holdsWithin(
  timeoutMs: number,
  condition: () => boolean | Promise<boolean>,
  everyMs = 20,
): Promise<boolean> {
  const endsAt = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > endsAt) return false
    await sleep(everyMs)
  }
  return true
}
