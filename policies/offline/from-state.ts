import { readFileSync } from 'node:fs'
import { isUnknown, SECRET } from '../not-evaluated.ts'
import { type Resource, shortType } from '../resource.ts'
import type { StackFacts } from '../stack-view.ts'

/** A file that no stack can be read from; the message says what to do. */
export class StateError extends Error {}

type Json = Readonly<Record<string, unknown>>

/** How Pulumi marks a secret in a state. */
const SIGNATURE = '4dabf18193072939515e22adb298388d'

const HOW = 'write one with: pulumi stack export --file FILE, or pulumi preview --json > FILE'

/**
 * Reads a stack of any Pulumi program: what `pulumi stack export` or `pulumi preview --json` wrote.
 * @throws StateError for a file that is neither
 */
export function readState(file: string): StackFacts {
  const parsed = parse(file)
  const resources = resourcesOf(parsed)
  if (!resources) throw new StateError(`${file} holds no stack of Pulumi; ${HOW}`)
  const [, stack, project] = /^urn:pulumi:(.*?)::(.*?)::/.exec(text(resources[0]?.['urn'])) ?? []
  if (stack === undefined || project === undefined)
    throw new StateError(
      `${file} has no resources; ${HOW} once the stack has been deployed or previewed`,
    )
  const own = resources.filter(one => one['delete'] !== true)
  return {
    project,
    stack,
    region: regionOf(own),
    resources: own.map(resourceOf),
  }
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new StateError(`${file} is not JSON (${error.message}); ${HOW}`, { cause: error })
    if (error instanceof Error && 'code' in error)
      throw new StateError(`cannot read ${file} (${error.message}); ${HOW}`, { cause: error })
    throw error
  }
}

/** Of `stack export`: `deployment.resources`; of `preview --json`: what each step leads to. */
function resourcesOf(parsed: unknown): Json[] | undefined {
  if (!isRecord(parsed)) return undefined
  if (isRecord(parsed['deployment'])) return list(parsed['deployment']['resources'])
  if (!Array.isArray(parsed['steps'])) return undefined
  return list(list(parsed['steps']).map(step => step['newState']))
}

function resourceOf(raw: Json): Resource {
  const urn = text(raw['urn'])
  const outputs = record(plain(raw['outputs']))
  return {
    urn,
    type: shortType(text(raw['type'])),
    name: urn.split('::').at(-1) ?? urn,
    parent: text(raw['parent']),
    // `URN::ID`
    provider: text(raw['provider']).split('::').slice(0, -1).join('::'),
    inputs: record(plain(raw['inputs'])),
    outputs: { ...outputs, ...(typeof raw['id'] === 'string' && { id: raw['id'] }) },
    sources: Object.fromEntries(
      Object.entries(record(raw['propertyDependencies'])).map(([property, urns]) => [
        property,
        Array.isArray(urns) ? urns.map(text) : [],
      ]),
    ),
    foreign: raw['external'] === true,
  }
}

/** `arn:aws:ecs:eu-west-1:123456789012:cluster/app` */
const ARN_REGION = /^arn:[\w-]+:[\w-]+:([a-z]+(?:-[a-z]+)+-\d):/

/** The region of the first provider of AWS that has one; it may stand in the environment alone, and then in ARNs. */
function regionOf(resources: readonly Json[]): string | undefined {
  for (const { type, inputs } of resources) {
    const region = type === 'pulumi:providers:aws' ? record(inputs)['region'] : undefined
    if (typeof region === 'string' && !isUnknown(region)) return region
  }
  for (const { outputs } of resources) {
    const region = ARN_REGION.exec(text(record(outputs)['arn']))?.[1]
    if (region !== undefined) return region
  }
  return undefined
}

/** Secrets as {@link SECRET}; what is not marked stays. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (!isRecord(value)) return value
  if (SIGNATURE in value) return 'value' in value ? plain(value['value']) : SECRET
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const record = (value: unknown): Json => (isRecord(value) ? value : {})

const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isRecord) : [])

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
