import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { isWire, SIGNATURE, SIGNED, UNKNOWN, type Wire } from './sdk.ts'
import { PLACEHOLDER } from './stack-config.ts'
import { SECRET, type Json } from './stack-preview.ts'

/** What is wrong with a value, by property path. */
export interface Finding {
  path: string
  problem: string
}

export interface Readable {
  value: Json
  /** Mistakes that would reach AWS. */
  findings: Finding[]
  /** Paths where a secret of the stack file stands in plain. */
  plainSecrets: string[]
}

// `undefined` as a word of its own; a text such as "undefined behaviour" in prose is rare enough in an input.
const UNDEFINED = /\bundefined\b|\[object [A-Z]\w*\]/
/** Properties that hold programs, in which the word is code: CloudFront functions, dynamic providers. */
const CODE = new Set(['code', '__provider'])
const OUTPUT_AS_TEXT = /Calling \[to(?:String|JSON)\] on an \[Output<T>\]/

/** Turns wire values into plain JSON: secrets hidden, files by name and hash. */
export function readable(root: string, wire: Wire): Readable {
  const findings: Finding[] = []
  const plainSecrets: string[] = []
  const visit = (value: unknown, path: string): Json => {
    if (typeof value === 'string') return visitText(value, path)
    if (typeof value === 'number' || typeof value === 'boolean') return value
    if (Array.isArray(value)) return value.map((item, i) => visit(item, `${path}[${i}]`))
    if (!isWire(value)) return null
    if (value[SIGNATURE] === SIGNED.secret) {
      // Looked into for mistakes; a secret inside a secret is where it belongs.
      findings.push(...readable(root, { [path]: value['value'] }).findings)
      return SECRET
    }
    if (value[SIGNATURE] !== undefined) return signed(root, value, inner => visit(inner, path))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, visit(item, path ? `${path}.${key}` : key)]),
    )
  }
  const visitText = (text: string, path: string): string => {
    const problem = CODE.has(path) ? undefined : problemOf(text)
    if (problem) findings.push({ path, problem })
    if (!text.includes(PLACEHOLDER)) return text
    plainSecrets.push(path)
    return text.replaceAll(PLACEHOLDER, SECRET)
  }
  const value = visit(wire, '')
  return { value, findings, plainSecrets }
}

function problemOf(text: string): string | undefined {
  if (text.includes(UNKNOWN))
    return 'is made from an output that a preview does not know; give that output an input of its own or a value in platform/preview/outputs.ts'
  if (OUTPUT_AS_TEXT.test(text))
    return 'turns an Output into text; use pulumi.interpolate, pulumi.jsonStringify or .apply'
  const found = UNDEFINED.exec(text)?.[0]
  return found && `holds the text "${found}"; a value is missing where the text is put together`
}

function signed(root: string, value: Wire, visit: (inner: unknown) => Json): Json {
  switch (value[SIGNATURE]) {
    case SIGNED.resource:
      return String(value['urn'])
    case SIGNED.asset:
      return asset(root, value)
    default:
      return visit(Object.fromEntries(Object.entries(value).filter(([key]) => key !== SIGNATURE)))
  }
}

function asset(root: string, value: Wire): Json {
  if (typeof value['text'] === 'string') return { sha256: sha256(value['text']) }
  if (typeof value['path'] !== 'string') return { uri: String(value['uri']) }
  const path = resolve(root, value['path'])
  return { path: relative(root, path), sha256: sha256(readFileSync(path)) }
}

export const sha256 = (data: string | Buffer): string =>
  createHash('sha256').update(data).digest('hex')
