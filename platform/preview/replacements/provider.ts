import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import type * as Grpc from '@grpc/grpc-js'
import type * as Protobuf from 'protobufjs'
import { pack, type Value } from './msgpack.ts'

// gRPC is the SDK's; the messages are described here: this file is the parsing edge.
const require = createRequire(import.meta.url)
const sdk = createRequire(require.resolve('@pulumi/pulumi/package.json'))
const grpc = sdk('@grpc/grpc-js') as typeof Grpc
const protobuf = sdk('protobufjs') as typeof Protobuf

const { root } = protobuf.parse(`
  syntax = "proto3";
  message DynamicValue { bytes msgpack = 1; }
  message Step { oneof selector { string attribute_name = 1; string element_key_string = 2; int64 element_key_int = 3; } }
  message Path { repeated Step steps = 1; }
  message Diagnostic { int32 severity = 1; string summary = 2; string detail = 3; }
  message ConfigureRequest { string terraform_version = 1; DynamicValue config = 2; }
  message ConfigureResponse { repeated Diagnostic diagnostics = 1; }
  message PlanRequest {
    string type_name = 1; DynamicValue prior_state = 2; DynamicValue proposed_new_state = 3; DynamicValue config = 4;
  }
  message PlanResponse { repeated Path requires_replace = 2; repeated Diagnostic diagnostics = 4; }
`)

// What Terraform says to a provider that it starts.
const HANDSHAKE = {
  TF_PLUGIN_MAGIC_COOKIE: 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2',
  PLUGIN_PROTOCOL_VERSIONS: '5',
  AWS_EC2_METADATA_DISABLED: 'true',
}
const MAX_BYTES = 256 * 1024 * 1024

export interface PlanArgs {
  type: string
  prior: Value
  proposed: Value
  config: Value
}

/** Attribute paths that force a new resource, such as `encryption_configuration.kms_key`; or why it was refused. */
export type Plan = { replaces: string[]; refused?: undefined } | { refused: string }

/** A running Terraform provider that plans, without network. */
export interface Provider extends Disposable {
  configure(config: Value): Promise<void>
  plan(args: PlanArgs): Promise<Plan>
}

/** Starts the provider's executable. */
export async function startProvider(executable: string): Promise<Provider> {
  const child = spawn(executable, [], { env: HANDSHAKE, stdio: ['ignore', 'pipe', 'ignore'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const { value: line } = await lines.next()
  const [, , network = '', address = ''] = String(line).split('|')
  const target = network === 'unix' ? `unix:${address}` : address
  const client = new grpc.Client(target, grpc.credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAX_BYTES,
  })
  const call = async (method: string, input: string, output: string, request: object) => {
    const encode = root.lookupType(input)
    const decode = root.lookupType(output)
    return await new Promise<Record<string, unknown>>((resolve, reject) => {
      client.makeUnaryRequest(
        `/tfplugin5.Provider/${method}`,
        (message: object) => Buffer.from(encode.encode(encode.create(message)).finish()),
        (bytes: Buffer) => decode.toObject(decode.decode(bytes), { arrays: true }),
        request,
        (error: Error | null, response?: Record<string, unknown>) =>
          error || !response ? reject(error ?? new Error('no answer')) : resolve(response),
      )
    })
  }
  const value = (of: Value) => ({ msgpack: pack(of) })
  return {
    async configure(config) {
      const request = { terraformVersion: '1.11.0', config: value(config) }
      const { diagnostics } = await call(
        'Configure',
        'ConfigureRequest',
        'ConfigureResponse',
        request,
      )
      const refused = problemIn(diagnostics)
      if (refused) throw new Error(`the provider refuses its configuration: ${refused}`)
    },
    async plan({ type, prior, proposed, config }) {
      const request = {
        typeName: type,
        priorState: value(prior),
        proposedNewState: value(proposed),
        config: value(config),
      }
      const answer = await call('PlanResourceChange', 'PlanRequest', 'PlanResponse', request)
      const refused = problemIn(answer['diagnostics'])
      if (refused) return { refused }
      return {
        replaces: ((answer['requiresReplace'] as AttributePath[] | undefined) ?? []).map(written),
      }
    },
    [Symbol.dispose]() {
      client.close()
      child.kill()
    },
  }
}

interface AttributePath {
  steps: { attributeName?: string }[]
}

const written = ({ steps }: AttributePath): string =>
  steps.flatMap(({ attributeName }) => attributeName || []).join('.')

interface Diagnostic {
  severity: number
  summary?: string
  detail?: string
}

const ERROR = 1

function problemIn(diagnostics: unknown): string | undefined {
  const error = (diagnostics as Diagnostic[] | undefined)?.find(
    ({ severity }) => severity === ERROR,
  )
  return error && `${error.summary ?? ''} ${error.detail ?? ''}`
}
