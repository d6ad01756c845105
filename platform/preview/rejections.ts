import { getLocalStore } from './sdk.ts'

type Listener = (reason: unknown, promise: Promise<unknown>) => void

/** Runs that are under way, by the SDK's store of each. */
const runs = new Map<unknown, unknown[]>()
/** Who listened before the first run; served again for what belongs to no run, and after the last. */
let others: Listener[] = []

const dispatch: Listener = (reason, promise) => {
  const failures = runs.get(getLocalStore())
  if (failures) failures.push(reason)
  else if (others.length > 0) for (const listener of others) listener(reason, promise)
  else throw reason
}

/**
 * A registration that fails shows only as unhandled rejections, one per output. Those of this run are collected in
 * `failures` until disposal. Call it inside the run's own store.
 */
export function collectRejections(failures: unknown[]): Disposable {
  const own = getLocalStore()
  if (runs.size === 0) {
    others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', dispatch)
  }
  runs.set(own, failures)
  return {
    [Symbol.dispose]() {
      runs.delete(own)
      if (runs.size > 0) return
      process.off('unhandledRejection', dispatch)
      for (const listener of others) process.on('unhandledRejection', listener)
    },
  }
}
