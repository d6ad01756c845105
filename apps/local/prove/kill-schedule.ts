import type { Random } from './random.ts'

export interface Kill {
  /** After the race began. */
  atMs: number
  /** Name of a service, or `postgres`. */
  target: string
}

/** How often PostgreSQL is among those that are killed. */
const POSTGRES_KILLS = 2

/**
 * When who is killed, spread over the race at random: each service in turn, in an order drawn anew each round, and
 * PostgreSQL twice. Pure: the same seed gives the same schedule.
 */
export function killSchedule(
  random: Random,
  services: readonly string[],
  kills: number,
  seconds: number,
): Kill[] {
  const ofPostgres = Math.min(POSTGRES_KILLS, Math.floor(kills / 2))
  const targets: string[] = Array(ofPostgres).fill('postgres')
  while (targets.length < kills) targets.push(...shuffled(random, services))
  const times = Array.from({ length: kills }, () => random.below(seconds * 1000))
  return shuffled(random, targets.slice(0, kills))
    .map((target, index) => ({ target, atMs: times[index] ?? 0 }))
    .sort((a, b) => a.atMs - b.atMs)
}

/** Fisher-Yates. */
function shuffled<T>(random: Random, given: readonly T[]): T[] {
  const result = [...given]
  for (let last = result.length - 1; last > 0; last--) {
    const other = random.below(last + 1)
    ;[result[last], result[other]] = [result[other] as T, result[last] as T]
  }
  return result
}
