import { createRequire } from 'node:module'
import type * as resource from '@pulumi/pulumi/proto/resource_pb.js'
import type { Struct as StructMessage } from 'google-protobuf/google/protobuf/struct_pb.js'

// What the SDK has inside and does not publish types for: this file is the parsing edge. Everything is loaded from the
// SDK's own place, because its messages are told apart by `instanceof`.
const require = createRequire(import.meta.url)
const sdk = createRequire(require.resolve('@pulumi/pulumi/package.json'))

/** What a program run by `withLocalStorage` has to itself. */
interface Store {
  settings: { engine?: Engine }
  callbacks?: { shutdown(): void }
}

interface Engine {
  log(request: LogRequest, done: () => void): void
  setRootResource(request: unknown, done: (error: null) => void): void
}

interface LogRequest {
  getSeverity(): number
  getMessage(): string
}

interface State {
  readonly withLocalStorage: <T>(run: () => T) => T
  readonly getLocalStore: () => Store | undefined
}

export const { withLocalStorage, getLocalStore } = sdk('./runtime/state.js') as State
export const resourceMessages = sdk('./proto/resource_pb.js') as typeof resource
export const { Struct } = sdk('google-protobuf/google/protobuf/struct_pb.js') as {
  Struct: typeof StructMessage
}
/** The YAML reader with which the SDK reads `Pulumi.yaml`. */
export const { load: readYaml } = sdk('js-yaml') as {
  readonly load: (text: string) => unknown
}

/** Severities of the engine's log. */
export const LOG = { warning: 2, error: 3 } as const

// How the SDK writes special values on the wire.
export const SIGNATURE = '4dabf18193072939515e22adb298388d'
export const SIGNED = {
  secret: '1b47061264138c4ac30d75fd1eb44270',
  resource: '5cf8f73096256a8f31e491e813e4eb8e',
  asset: 'c44067f5952c0a294b673a41bacd8c17',
  archive: '0def7320c3a5731c473e5ecbe6d01bc7',
} as const
/** Stands for a value that a preview does not know. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'

export type Wire = Record<string, unknown>

export const isWire = (value: unknown): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const asSecret = (value: unknown): Wire => ({ [SIGNATURE]: SIGNED.secret, value })
