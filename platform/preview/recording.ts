import type {
  ReadResourceRequest,
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
} from '@pulumi/pulumi/proto/resource_pb.js'
import { toWire } from './messages.ts'
import { isWire, type Wire } from './sdk.ts'
import type { Json, PreviewResource } from './stack-preview.ts'
import { readable, sha256, type Finding } from './wire.ts'

/** Which run it is. */
export interface RecordingArgs {
  /** Where relative file names start. */
  root: string
  project: string
  stack: string
}

const STACK_TYPE = 'pulumi:pulumi:Stack'

/** What a program registers, written down in the preview's own form. */
export class Recording {
  readonly resources: PreviewResource[] = []
  readonly warnings: string[] = []
  outputs: Record<string, Json> = {}
  private readonly args: RecordingArgs
  private readonly urns = new Set<string>()

  constructor(args: RecordingArgs) {
    this.args = args
  }

  /** @throws Error with each property that holds a mistake */
  registered(request: RegisterResourceRequest, wire: Wire): PreviewResource {
    const resource = this.resource(request, wire, { custom: request.getCustom(), read: false })
    resource.remote = request.getRemote()
    resource.protect = request.getProtect() ?? false
    resource.retainOnDelete = request.getRetainondelete() ?? false
    resource.ignoreChanges = request.getIgnorechangesList()
    resource.replaceOnChanges = request.getReplaceonchangesList()
    resource.aliases = request.getAliasurnsList()
    request.getPropertydependenciesMap().forEach((urns, property) => {
      const list = urns.getUrnsList()
      if (list.length > 0) resource.propertyDependencies[property] = list
    })
    return resource
  }

  /** @throws Error with each property that holds a mistake */
  read(request: ReadResourceRequest, wire: Wire): PreviewResource {
    return this.resource(request, wire, { custom: true, read: true })
  }

  /** Of components only the stack's outputs are of interest. */
  finished(request: RegisterResourceOutputsRequest): void {
    if (typeOf(request.getUrn()) !== STACK_TYPE) return
    const { value, findings } = readable(this.args.root, toWire(request.getOutputs()))
    reject(findings, 'stack output')
    this.outputs = isObject(value) ? value : {}
  }

  private resource(
    request: RegisterResourceRequest | ReadResourceRequest,
    wire: Wire,
    kind: { custom: boolean; read: boolean },
  ): PreviewResource {
    const type = request.getType()
    const name = request.getName()
    const urn = this.urnOf(request.getParent(), type, name)
    const { value, findings, plainSecrets } = readable(this.args.root, wire)
    reject(findings, 'property')
    for (const path of plainSecrets)
      this.warnings.push(`${name} (${type}): ${path} holds a secret of the stack in plain`)
    const resource: PreviewResource = {
      urn,
      type,
      name,
      parent: typeOf(request.getParent()) === STACK_TYPE ? '' : request.getParent(),
      ...(request.getProvider() && { provider: request.getProvider() }),
      inputs: isObject(value) ? withoutCode(value) : {},
      protect: false,
      retainOnDelete: false,
      ignoreChanges: [],
      replaceOnChanges: [],
      aliases: [],
      dependencies: request.getDependenciesList(),
      propertyDependencies: {},
      remote: false,
      ...kind,
    }
    if (type !== STACK_TYPE) this.resources.push(resource)
    return resource
  }

  private urnOf(parent: string, type: string, name: string): string {
    const above = parent.split('::')[2] ?? ''
    const qualified = above === '' || above === STACK_TYPE ? type : `${above}$${type}`
    const urn = `urn:pulumi:${this.args.stack}::${this.args.project}::${qualified}::${name}`
    if (this.urns.has(urn))
      throw new Error(`there are two resources ${urn}; give one of them another name`)
    this.urns.add(urn)
    return urn
  }
}

/** The SDK puts name and type of the resource before the message. */
function reject(findings: readonly Finding[], kind: string): void {
  if (findings.length > 0)
    throw new Error(findings.map(({ path, problem }) => `${kind} ${path} ${problem}`).join('\n'))
}

/** A dynamic provider is code: its hash is enough to see that it changed. */
const withoutCode = (inputs: Record<string, Json>): Record<string, Json> =>
  typeof inputs['__provider'] === 'string'
    ? { ...inputs, __provider: `sha256:${sha256(inputs['__provider'])}` }
    : inputs

const typeOf = (urn: string): string => urn.split('::')[2]?.split('$').at(-1) ?? ''

const isObject = (value: Json): value is Record<string, Json> => isWire(value)
