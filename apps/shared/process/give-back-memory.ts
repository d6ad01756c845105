/** Past the first health checks, which must not wait for it. */
const AFTER_START_MS = 1_000

/**
 * A fifth of what a process holds after its start is garbage of its start, and V8 keeps it until there is need: one
 * collection gives it back, in place of flags that keep the heap small and make every request dearer. It takes 50 to
 * 100 ms, once. Does nothing without `node --expose-gc`, by which the image starts it.
 */
export function giveBackMemory(gc = globalThis.gc): void {
  if (gc === undefined) return
  const collect = () => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  setTimeout(collect, AFTER_START_MS).unref()
}
