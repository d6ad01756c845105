/**
 * One load for all keys that are asked for in one turn of the event loop: under load, which is when it counts, the
 * requests that came in together share a round trip.
 * @param load what it has no entry for is `undefined` to who asked
 */
export function batched<T>(
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): (key: string) => Promise<T | undefined> {
  let next: { keys: Set<string>; found: Promise<ReadonlyMap<string, T>> } | undefined
  const begin = () => {
    const keys = new Set<string>()
    const found = new Promise(setImmediate).then(() => {
      next = undefined
      return load([...keys])
    })
    return { keys, found }
  }
  return async key => {
    const batch = (next ??= begin())
    batch.keys.add(key)
    return (await batch.found).get(key)
  }
}

/**
 * One load for all who ask for the same in one turn of the event loop. It begins when all of them have asked, so that
 * each sees what was stored before.
 */
export function sharedInTurn<T>(): (key: string, load: () => Promise<T>) => Promise<T> {
  const asked = new Map<string, Promise<T>>()
  return (key, load) => {
    const known = asked.get(key)
    if (known) return known
    const loaded = new Promise(setImmediate).then(() => {
      asked.delete(key)
      return load()
    })
    asked.set(key, loaded)
    return loaded
  }
}
