import type { InputsOf } from './aws-inputs.ts'

/** One resource as a rule sees it, wherever it was read: recorded, in an exported stack, or in the engine. */
export interface Resource<I = Readonly<Record<string, unknown>>> {
  readonly urn: string
  /** As the SDK names it, `rds.Instance`; other packages with theirs, `random.RandomPassword`. */
  readonly type: string
  readonly name: string
  /** URN of the component it belongs to; the empty string at the top. */
  readonly parent: string
  /** URN of the provider; the empty string for the default one. */
  readonly provider: string
  readonly inputs: I
  /** What AWS answered, with `id`; missing are those that are not known yet. */
  readonly outputs: Readonly<Record<string, unknown>>
  /** By property: URNs of the resources that its value comes from. */
  readonly sources: Readonly<Record<string, readonly string[]>>
  /** Made by somebody else and only looked up: nothing to check, something to refer to. */
  readonly foreign: boolean
}

export type ResourceOf<T extends string> = Resource<InputsOf<T>>

// The same resource under several names of the SDK.
const MODULES: Readonly<Record<string, string>> = { alb: 'lb', elasticloadbalancingv2: 'lb' }
const S3_V2 = /^s3\.Bucket(\w*)V2$/

/** `aws:rds/instance:Instance` -> `rds.Instance`; older names of a type as its present one. */
export function shortType(token: string): string {
  const [pkg = '', module = '', name = ''] = token.split(':')
  const [folder = ''] = module.split('/')
  if (pkg !== 'aws' || folder === 'index') return `${pkg}.${name}`
  return `${MODULES[folder] ?? folder}.${name}`.replace(S3_V2, 's3.Bucket$1')
}
