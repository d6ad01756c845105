import { unavailable } from '../shared/http/errors.ts'

export interface LaneOptions<Task, Result> {
  /** What a task needs for itself; tasks that share a key never run at the same time. */
  keysOf: (task: Task) => readonly string[]
  /** Does some tasks at once; results in their order. */
  run: (tasks: readonly Task[]) => Promise<readonly Result[]>
  /** Runs at the same time. */
  atOnce: number
  /** Tasks of one run. */
  perRun: number
  /** Tasks that may wait; past it the answer is 503. */
  waiting: number
}

interface Waiting<Task, Result> {
  task: Task
  keys: readonly string[]
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

/**
 * Lets tasks that need the same thing wait for each other here, in the order in which they came, rather than each with
 * a connection of the pool, where they would keep everybody else out. What has gathered meanwhile for the same keys
 * then runs together.
 * @throws {AppError} 503 when too many wait
 */
export function lanes<Task, Result>(
  options: LaneOptions<Task, Result>,
): (task: Task) => Promise<Result> {
  const { keysOf, run, atOnce, perRun, waiting } = options
  let queue: Waiting<Task, Result>[] = []
  const busy = new Set<string>()
  let running = 0

  const start = () => {
    if (running === atOnce) return
    const { batch, rest } = nextBatch(queue, busy, perRun)
    if (batch.length === 0) return
    queue = rest
    void runBatch(batch)
    start()
  }

  const runBatch = async (batch: readonly Waiting<Task, Result>[]) => {
    const keys = batch.flatMap(entry => entry.keys)
    running += 1
    for (const key of keys) busy.add(key)
    try {
      const results = await run(batch.map(({ task }) => task))
      batch.forEach(({ resolve }, index) => resolve(results[index] as Result))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      running -= 1
      for (const key of keys) busy.delete(key)
      start()
    }
  }

  return task =>
    new Promise((resolve, reject) => {
      if (queue.length >= waiting) {
        reject(unavailable('Too many orders for the same products wait; try again shortly'))
        return
      }
      queue.push({ task, keys: keysOf(task), resolve, reject })
      start()
    })
}

/** The first whose keys are free, with those behind it that need nothing else; nobody overtakes who needs the same. */
function nextBatch<E extends { keys: readonly string[] }>(
  queue: readonly E[],
  busy: ReadonlySet<string>,
  most: number,
): { batch: E[]; rest: E[] } {
  const batch: E[] = []
  const rest: E[] = []
  const taken = new Set(busy)
  let own = new Set<string>()
  for (const entry of queue) {
    const isFree = entry.keys.every(key => !taken.has(key))
    const joins = batch.length === 0 ? isFree : isFree && entry.keys.every(key => own.has(key))
    if (joins && batch.length < most) {
      if (batch.length === 0) own = new Set(entry.keys)
      batch.push(entry)
    } else {
      for (const key of entry.keys) taken.add(key)
      rest.push(entry)
    }
  }
  return { batch, rest }
}
