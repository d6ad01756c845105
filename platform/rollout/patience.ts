import { setTimeout as sleep } from 'node:timers/promises'

/** How often to look, and for how long. */
export interface Patience {
  pollSeconds: number
  limitSeconds: number
}

/** What passes time; tests hand over one that does not wait. */
export interface Clock {
  now: () => number
  pause: (seconds: number) => Promise<void>
}

export const CLOCK: Clock = {
  now: Date.now,
  pause: async seconds => {
    await sleep(seconds * 1000)
  },
}

/**
 * Looks until there is an answer.
 * @returns undefined when the time is over
 */
export async function waitFor<T>(
  look: () => Promise<T | undefined>,
  { pollSeconds, limitSeconds }: Patience,
  clock: Clock,
): Promise<T | undefined> {
  const end = clock.now() + limitSeconds * 1000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (clock.now() + pollSeconds * 1000 > end) return undefined
    await clock.pause(pollSeconds)
  }
}

/** `90 seconds`, `20 minutes` */
export const spoken = (seconds: number): string =>
  seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`
