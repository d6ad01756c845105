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
