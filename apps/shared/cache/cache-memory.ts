import type { L1CacheDriver } from 'bentocache/types'
import { LRUCache } from 'lru-cache'

const MAX_ITEMS = 10_000
const MAX_CHARS = 32 * 1024 * 1024

/** What bentocache hands over. */
interface Item {
  value: string
  /** Milliseconds since 1970. */
  logicalExpiration: number
}

interface Kept<T> {
  value: T
  untilMs: number
}

/**
 * The memory behind bentocache that can also be asked without it: a look-up there makes a dozen objects and three
 * promises, and its own memory keeps values as JSON, which would be parsed for each request. This parses a value once.
 */
export class CacheMemory<T> implements L1CacheDriver {
  type = 'l1' as const
  #items = new LRUCache<string, Kept<T>>({ max: MAX_ITEMS, maxSize: MAX_CHARS })
  #parse: (text: string) => T
  #onDelete: (key: string) => void

  /** @param onDelete told of each key that is deleted here, by this instance or by another through the bus, there or not */
  constructor(parse: (text: string) => T, onDelete: (key: string) => void) {
    this.#parse = parse
    this.#onDelete = onDelete
  }

  valueOf(key: string): T | undefined {
    const kept = this.#items.get(key)
    return kept !== undefined && kept.untilMs > Date.now() ? kept.value : undefined
  }

  namespace(): this {
    return this
  }

  /** Who asks bentocache has asked here before. */
  get(): undefined {}
  pull(): undefined {}
  getRemainingTtl(): undefined {}

  /** @param item JSON when it comes from Redis */
  set(key: string, item: string | Item): boolean {
    const { value, logicalExpiration } =
      typeof item === 'string' ? (JSON.parse(item) as Item) : item
    const kept = { value: this.#parse(value), untilMs: logicalExpiration }
    this.#items.set(key, kept, { size: value.length + 1 })
    return true
  }

  delete(key: string): boolean {
    this.#onDelete(key)
    return this.#items.delete(key)
  }

  deleteMany(keys: readonly string[]): boolean {
    for (const key of keys) this.delete(key)
    return true
  }

  clear(): void {
    this.#items.clear()
  }

  disconnect(): void {}
}
