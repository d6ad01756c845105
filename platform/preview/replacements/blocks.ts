import type { Value } from './msgpack.ts'

/** Part of `terraform providers schema -json`. */
export interface Block {
  attributes?: Record<string, Attribute>
  block_types?: Record<string, { nesting_mode: string; block: Block }>
}

interface Attribute {
  type?: Type
  required?: boolean
  optional?: boolean
  computed?: boolean
}

type Type = string | [kind: string, of: Type | Record<string, Type>]

/** One property that a program may set, inside as many blocks as its path is long. */
export interface Leaf {
  path: string[]
}

/** Deeper blocks are settings of settings: none of them forces a new resource. */
const MAX_DEPTH = 2
const IGNORED = new Set(['id', 'tags', 'tags_all'])

export function leaves(block: Block, above: string[] = []): Leaf[] {
  const own = Object.entries(block.attributes ?? {})
    .filter(([name, { optional, required }]) => (optional || required) && !IGNORED.has(name))
    .map(([name]) => ({ path: [...above, name] }))
  if (above.length === MAX_DEPTH) return own
  const nested = Object.entries(block.block_types ?? {})
    .filter(([name]) => name !== 'timeouts')
    .flatMap(([name, { block: inner }]) => leaves(inner, [...above, name]))
  return [...own, ...nested]
}

type Fields = Record<string, Value>

/** A resource of this shape: as it stands in the state, or only what must be configured. */
export function objectOf(block: Block, as: 'state' | 'config'): Fields {
  const fields: Fields = {}
  for (const [name, { type = 'string', required, computed }] of Object.entries(
    block.attributes ?? {},
  ))
    fields[name] = required || (computed && as === 'state') ? sample(type, 0) : null
  for (const [name, { nesting_mode: mode }] of Object.entries(block.block_types ?? {}))
    fields[name] = mode === 'single' ? null : []
  return fields
}

/** The same with one property set, to its first or second sample. */
export function withLeaf(
  fields: Fields,
  block: Block,
  { path }: Leaf,
  sampleNumber: 0 | 1,
): Fields {
  const [name = '', ...rest] = path
  const nested = block.block_types?.[name]
  if (!nested) {
    const type = block.attributes?.[name]?.type ?? 'string'
    return { ...fields, [name]: JSON_SAMPLES[name]?.[sampleNumber] ?? sample(type, sampleNumber) }
  }
  const inner = withLeaf(
    objectOf(nested.block, 'config'),
    nested.block,
    { path: rest },
    sampleNumber,
  )
  return { ...fields, [name]: nested.nesting_mode === 'single' ? inner : [inner] }
}

/** The provider compares these as what they mean. */
const JSON_SAMPLES: Readonly<Record<string, readonly [string, string]>> = {
  container_definitions: ['[{"name":"one","image":"one"}]', '[{"name":"one","image":"two"}]'],
}

function sample(type: Type, number: 0 | 1): Value {
  if (type === 'string') return number === 0 ? 'one' : 'two'
  if (type === 'number') return number + 1
  if (type === 'bool') return number === 1
  if (typeof type === 'string') return null
  const [kind, of] = type
  if (typeof of === 'string' || Array.isArray(of))
    return kind === 'map' ? { key: sample(of, number) } : [sample(of, number)]
  return Object.fromEntries(
    Object.entries(of).map(([name, inner]) => [name, sample(inner, number)]),
  )
}
