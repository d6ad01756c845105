import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isWire, readYaml } from './sdk.ts'

/** What `pulumi` would hand to the program. */
export interface StackConfig {
  project: string
  stack: string
  /** By `project:key`; objects and lists as JSON. */
  values: Record<string, string>
  secretKeys: string[]
}

/** Stands for each `secure:` value, which only the stack's own key opens. */
export const PLACEHOLDER = 'placeholder-Secret-0123456789'

/** Stacks that have a file `Pulumi.STACK.yaml`. */
export const stacksOf = (root: string): string[] =>
  readdirSync(root)
    .map(file => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
    .filter(stack => stack !== undefined)
    .sort()

/**
 * Reads `Pulumi.yaml` (declared keys and their defaults) and `Pulumi.STACK.yaml` as the Pulumi CLI does.
 * @throws Error for a file that is not there and for declared keys without default that the stack does not set,
 * and for a plain value of a key that is declared secret
 */
export function readStackConfig(root: string, stack: string): StackConfig {
  const project = read(root, 'Pulumi.yaml')
  const name = String(project['name'])
  const full = (key: string) => (key.includes(':') ? key : `${name}:${key}`)
  const file = read(root, `Pulumi.${stack}.yaml`)
  const given = section(file, 'config', full)
  const declared = section(project, 'config', full)
  const values: Record<string, string> = {}
  const secretKeys: string[] = []
  const missing: string[] = []
  for (const [key, declaration] of Object.entries(declared)) {
    const value = defaultOf(declaration)
    if (isWire(declaration) && declaration['secret'] === true) secretKeys.push(key)
    if (value !== undefined && value !== null) values[key] = text(value)
    else if (!(key in given)) missing.push(key)
  }
  if (missing.length > 0)
    throw new Error(
      `stack "${stack}" lacks ${missing.join(', ')}, which Pulumi.yaml declares without default; set it in Pulumi.${stack}.yaml`,
    )
  const encrypted = new Set<string>()
  for (const [key, value] of Object.entries(given)) {
    const opened = withoutSecure(value)
    if (opened.secure) encrypted.add(key)
    values[key] = text(opened.value)
  }
  // Pulumi runs nothing then, not even a preview: a default in plain makes every stack set the key.
  const plain = secretKeys.find(key => key in values && !encrypted.has(key))
  if (plain !== undefined)
    throw new Error(
      `stack "${stack}": ${plain} is declared secret and must be encrypted: pulumi config set --secret ${plain} --stack ${stack}`,
    )
  secretKeys.push(...[...encrypted].filter(key => !secretKeys.includes(key)))
  return { project: name, stack, values, secretKeys }
}

function read(root: string, file: string): Record<string, unknown> {
  const path = join(root, file)
  if (!existsSync(path))
    throw new Error(
      `there is no ${file}; stacks with a file are ${stacksOf(root).join(', ') || 'none'}`,
    )
  const parsed = readYaml(readFileSync(path, 'utf8')) ?? {}
  if (isWire(parsed)) return parsed
  throw new Error(`${file} must be a map of keys, such as "config:"`)
}

function section(
  file: Record<string, unknown>,
  key: string,
  full: (key: string) => string,
): Record<string, unknown> {
  const found = file[key]
  if (!isWire(found)) return {}
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [full(name), value]))
}

/** `key: { type, default }`, or `key: value` for short. */
const defaultOf = (declaration: unknown): unknown =>
  isWire(declaration) ? (declaration['value'] ?? declaration['default']) : declaration

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** A copy with a placeholder for each `{ secure: … }`. */
function withoutSecure(value: unknown): { value: unknown; secure: boolean } {
  if (Array.isArray(value)) {
    const items = value.map(withoutSecure)
    return { value: items.map(item => item.value), secure: items.some(item => item.secure) }
  }
  if (!isWire(value)) return { value, secure: false }
  if (typeof value['secure'] === 'string') return { value: PLACEHOLDER, secure: true }
  const entries = Object.entries(value).map(([key, item]) => [key, withoutSecure(item)] as const)
  return {
    value: Object.fromEntries(entries.map(([key, item]) => [key, item.value])),
    secure: entries.some(([, item]) => item.secure),
  }
}
