import type { ChangedProperty } from '../../../platform/preview/diff.ts'
import { SECRET, type Json } from '../../../platform/preview/stack-preview.ts'
import { code } from './code.ts'

const EFFECTS = { yes: ' **forces replacement**', may: ' may force replacement', no: '' }

/** `instanceClass`: `a` → `b`, secrets masked. */
export function property(
  { path, from, to, forces }: ChangedProperty,
  maxValue: number | undefined,
): string {
  if (maxValue === undefined) return `${code(path)}${EFFECTS[forces]}`
  const value = (json: Json | undefined) =>
    json === undefined ? '*nothing*' : code(masked(path, json), maxValue)
  return `${code(path)}: ${value(from)} → ${value(to)}${EFFECTS[forces]}`
}

/** Names of what holds a secret, though the program did not mark it as one. */
const SECRET_NAME = /(password|passphrase|secret|token|private_?key|api_?key|credential)$/i
/** Forms of well-known secrets. */
const SECRET_FORM =
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\b[rs]k_(?:live|test)_\w+|\bwhsec_\w+|\bgh[pousr]_\w{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?|:\/\/[^\s/:@]+:[^\s/@]+@/g

function masked(path: string, json: Json): string {
  const last = /[^.[\]]+(?=(?:\[\d+\])?$)/.exec(path)?.[0] ?? path
  if (typeof json === 'string')
    return SECRET_NAME.test(last) && !json.startsWith('arn:')
      ? SECRET
      : JSON.stringify(json.replaceAll(SECRET_FORM, SECRET))
  if (typeof json !== 'object' || json === null) return JSON.stringify(json)
  const text = JSON.stringify(json, (key, value: unknown) =>
    typeof value === 'string' && SECRET_NAME.test(key) && !value.startsWith('arn:')
      ? SECRET
      : value,
  )
  return text.replaceAll(SECRET_FORM, SECRET)
}
