import { isDeepStrictEqual } from 'node:util'
import { isObject } from './inputs.ts'
import type { Json } from './stack-preview.ts'

export interface PropertyChange {
  /** `rules[2].priority`; inside a property that holds JSON as text too. */
  path: string
  /** Undefined where the property was not there. */
  from: Json | undefined
  /** Undefined where it is gone. */
  to: Json | undefined
}

/** What differs between two values, as deep as both have the same shape. */
export function propertyChanges(
  from: Json | undefined,
  to: Json | undefined,
  path = '',
): PropertyChange[] {
  if (isDeepStrictEqual(from, to)) return []
  const [before, after] = [opened(from), opened(to)]
  if (isObject(before) && isObject(after))
    return keysOf(before, after).flatMap(key =>
      propertyChanges(before[key], after[key], path ? `${path}.${key}` : key),
    )
  if (Array.isArray(before) && Array.isArray(after))
    return Array.from({ length: Math.max(before.length, after.length) }, (_, i) =>
      propertyChanges(before[i], after[i], `${path}[${i}]`),
    ).flat()
  return [{ path, from, to }]
}

const keysOf = (a: object, b: object): string[] => [
  ...new Set([...Object.keys(a), ...Object.keys(b)]),
]

/** Policies and container definitions are JSON as text; spacing and order of keys in it mean nothing. */
function opened(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  try {
    return JSON.parse(value) as Json
  } catch (error) {
    if (error instanceof SyntaxError) return value
    throw error
  }
}
