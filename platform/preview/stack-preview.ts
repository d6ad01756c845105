/**
 * What the offline preview writes and reads: one document for any number of stacks. Readers refuse another `version`;
 * a change that would mislead a reader raises it, a new optional field does not.
 */
export interface PreviewDocument {
  version: 1
  stacks: StackPreview[]
}

/** One stack as its program declared it. Secrets stand as {@link SECRET}; every other value is known. */
export interface StackPreview {
  version: 1
  /** Name in `Pulumi.yaml`. */
  project: string
  stack: string
  /** Where resources go that do not say otherwise. */
  region: string
  /** Sorted by URN; the stack itself is not among them. */
  resources: PreviewResource[]
  /** What the program returned. */
  outputs: Record<string, Json>
  /** What the program and the SDK warned of, in order. */
  warnings: string[]
}

export interface PreviewResource {
  /** `urn:pulumi:STACK::PROJECT::PARENT_TYPE$TYPE::NAME` */
  urn: string
  /** `aws:rds/instance:Instance`, `shop:platform:Database` */
  type: string
  name: string
  /** URN of the component it belongs to; the empty string at the top. */
  parent: string
  /** `URN::ID` of an explicit provider. */
  provider?: string
  /** As given, in Pulumi's spelling. A file is `{ path, sha256 }`, a reference to a resource its URN. */
  inputs: Record<string, Json>
  protect: boolean
  retainOnDelete: boolean
  ignoreChanges: string[]
  /** Properties that the program itself wants a replacement for. */
  replaceOnChanges: string[]
  /** URNs that it had before. */
  aliases: string[]
  /** URNs of all that it waits for. */
  dependencies: string[]
  /** By property: URNs of the resources that its value comes from. */
  propertyDependencies: Record<string, string[]>
  /** False for components. */
  custom: boolean
  /** A component that another plugin expands: its children are not seen here. */
  remote: boolean
  /** Looked up (`X.get`), not created. */
  read: boolean
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

export const VERSION = 1
/** Stands for each secret value. */
export const SECRET = '[secret]'

/** `aws:rds/instance:Instance` -> `rds.Instance`; other packages keep their name: `random.RandomPassword`. */
export function shortType(type: string): string {
  const [pkg = '', module = '', name = ''] = type.split(':')
  const [folder = ''] = module.split('/')
  return pkg === 'aws' && folder !== 'index' ? `${folder}.${name}` : `${pkg}.${name}`
}
