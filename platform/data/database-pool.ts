/** Memory in GiB of the sizes that all classes have; memory-optimised classes have twice as much. */
const GIB: Readonly<Record<string, number>> = { micro: 1, small: 2, medium: 4, large: 8 }
const GIB_PER_XLARGE = 16
/** RDS: max_connections = DBInstanceClassMemory / 9531392 bytes, 5000 at most. About a tenth of memory is not counted. */
const BYTES_PER_CONNECTION = 9_531_392
const COUNTED_SHARE = 0.8
const MOST_CONNECTIONS = 5000
/** For migrations, people and RDS itself. */
const KEPT = 15
const LARGEST_POOL = 8
const SMALLEST_POOL = 2

/** Connections that PostgreSQL allows by default on an instance class, a little less than AWS's own figure. */
export function connectionLimit(instanceClass: string): number {
  const [, family = '', size = ''] = instanceClass.split('.')
  const xlarges = /^(\d*)xlarge$/.exec(size)
  const base = xlarges ? GIB_PER_XLARGE * Number(xlarges[1] || 1) : GIB[size]
  if (base === undefined) throw new Error(`${instanceClass} is no instance class of RDS`)
  const gib = /^[rx]/.test(family) ? base * 2 : base
  const connections = (gib * 2 ** 30 * COUNTED_SHARE) / BYTES_PER_CONNECTION
  return Math.min(MOST_CONNECTIONS, Math.floor(connections))
}

/**
 * Connections for each task's pool, so that all tasks at their most fit, in the middle of a rollout too, when there are
 * twice as many.
 * @param maxTasks of all services that use the instance
 * @throws Error when even two for each task are too many
 */
export function poolSize(instanceClass: string, maxTasks: number): number {
  const limit = connectionLimit(instanceClass)
  const fair = Math.floor((limit - KEPT) / (maxTasks * 2))
  if (fair >= SMALLEST_POOL) return Math.min(LARGEST_POOL, fair)
  throw new Error(
    `databaseClass ${instanceClass} allows about ${limit} connections; ${maxTasks} tasks (twice as many in a rollout) need at least ${
      maxTasks * 2 * SMALLEST_POOL + KEPT
    }: choose a larger class, a smaller max, or database: own for a service`,
  )
}
