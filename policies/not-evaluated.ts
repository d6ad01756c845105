// How Pulumi writes what a preview does not know, by kind of value.
const UNKNOWN = new Set([
  '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7',
  '3eeb2bf0-c639-47a8-9e75-3b44932eb421',
  '04da6b54-80e4-46f7-96ec-b56ff0331ba9',
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2',
  '030794c1-ac77-496b-92df-f27374a8bd58',
  'e48ece36-62e2-4504-bad9-02848725956a',
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff',
])
/** Stands for each secret value, whatever it was read from. */
export const SECRET = '[secret]'

export const isUnknown = (value: unknown): boolean =>
  typeof value === 'string' && UNKNOWN.has(value)

/** A rule met a value that it cannot decide on. Never a pass: see `evaluate`. */
export class NotEvaluated extends Error {
  /** Path of the property. */
  readonly property: string
  /** True for a value that exists only once AWS has made something: a preview can not know it, the next one will. */
  readonly untilCreated: boolean

  constructor(property: string, reason: string, untilCreated = false) {
    super(`${property} ${reason}`)
    this.property = property
    this.untilCreated = untilCreated
  }
}

/** Any unknown value in it, however deep. */
export function holdsUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true
  if (Array.isArray(value)) return value.some(holdsUnknown)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(holdsUnknown)
}

/**
 * Whether a property has a value, known or not: what comes from another resource is there, whatever it will be. An empty text
 * is none.
 */
export function isGiven<V extends object>(of: V | undefined, property: keyof V & string): boolean {
  if (!of || !(property in of)) return false
  try {
    const value: unknown = of[property]
    return value !== undefined && value !== null && value !== ''
  } catch (error) {
    if (error instanceof NotEvaluated && error.untilCreated) return true
    throw error
  }
}

/** The same values; reading an unknown one throws {@link NotEvaluated} with its path. */
export const guarded = <V extends object>(value: V): V =>
  holdsUnknown(value) ? watched(value, '') : value

function watched<V extends object>(value: V, path: string): V {
  return new Proxy(value, {
    get(target, key, receiver): unknown {
      const found: unknown = Reflect.get(target, key, receiver)
      if (typeof key === 'symbol') return found
      const here = pathOf(path, key, Array.isArray(target))
      if (isUnknown(found)) throw new NotEvaluated(here, 'is known only once it is created', true)
      return typeof found === 'object' && found !== null ? watched(found, here) : found
    },
  })
}

const pathOf = (above: string, key: string, isItem: boolean): string =>
  isItem ? `${above}[${key}]` : above === '' ? key : `${above}.${key}`
