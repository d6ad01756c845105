import type {
  ReadResourceRequest,
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  ResourceInvokeRequest,
} from '@pulumi/pulumi/proto/resource_pb.js'
import { answer } from './invokes.ts'
import { respond, toStruct, toWire, type Reply } from './messages.ts'
import { compute } from './outputs.ts'
import { isWire, resourceMessages as messages, type Wire } from './sdk.ts'
import type { Json, PreviewResource } from './stack-preview.ts'
import { readable, sha256, type Finding } from './wire.ts'

/** The engine's part of a run. */
export interface MonitorArgs {
  /** Where relative file names start. */
  root: string
  project: string
  stack: string
  region: string
}

const NO_TRANSFORMS =
  'the offline preview does not run transforms; use the option transformations, which the SDK runs itself'

const STACK_TYPE = 'pulumi:pulumi:Stack'

/**
 * Takes the place of Pulumi's engine: writes down what a program registers and answers as if AWS had made it. The methods
 * are those of the SDK's resource monitor; what is not here the SDK reports as not implemented.
 */
export class Monitor {
  readonly resources: PreviewResource[] = []
  readonly warnings: string[] = []
  outputs: Record<string, Json> = {}
  private readonly args: MonitorArgs
  private readonly urns = new Set<string>()

  constructor(args: MonitorArgs) {
    this.args = args
  }

  getDeploymentInfo(_request: unknown, reply: Reply): void {
    respond(reply, () => {
      const info = new messages.DeploymentInfo()
      info.setSupportedfeaturesList(SUPPORTED)
      return info
    })
  }

  registerResource(request: RegisterResourceRequest, reply: Reply): void {
    respond(reply, () => {
      if (request.getTransformsList().length > 0) throw new Error(NO_TRANSFORMS)
      const wire = toWire(request.getObject())
      const resource = this.recorded(request, wire)
      const computed = request.getCustom() || request.getRemote()
      const { id, outputs } = computed
        ? compute(
            resource.urn,
            resource.type,
            wire,
            this.args.region,
            request.getAdditionalsecretoutputsList(),
          )
        : { id: '', outputs: {} }
      const response = new messages.RegisterResourceResponse()
      response.setUrn(resource.urn)
      response.setId(id)
      response.setObject(toStruct(outputs))
      return response
    })
  }

  readResource(request: ReadResourceRequest, reply: Reply): void {
    respond(reply, () => {
      const wire = toWire(request.getProperties())
      const { urn, type } = this.record(request, wire, { custom: true, read: true })
      const { outputs } = compute(
        urn,
        type,
        { ...known(request.getId()), ...wire },
        this.args.region,
        [],
      )
      const response = new messages.ReadResourceResponse()
      response.setUrn(urn)
      response.setProperties(toStruct(outputs))
      return response
    })
  }

  registerResourceOutputs(request: RegisterResourceOutputsRequest, reply: Reply): void {
    respond(reply, () => {
      if (typeOf(request.getUrn()) === STACK_TYPE) this.outputs = this.outputsOf(request)
      return {}
    })
  }

  invoke(request: ResourceInvokeRequest, reply: Reply): void {
    respond(reply, () => {
      const response = new messages.ResourceInvokeResponse()
      const args = toWire(request.getArgs())
      response.setReturn(toStruct(answer(request.getTok(), args, this.args.region)))
      return response
    })
  }

  registerStackTransform(_request: unknown, reply: Reply): void {
    respond(reply, () => {
      throw new Error(NO_TRANSFORMS)
    })
  }

  /** Hooks run in a real deployment only. */
  registerResourceHook(_request: unknown, reply: Reply): void {
    respond(reply, () => ({}))
  }

  signalAndWaitForShutdown(_request: unknown, reply: Reply): void {
    respond(reply, () => ({}))
  }

  close(): void {}

  private outputsOf(request: RegisterResourceOutputsRequest): Record<string, Json> {
    const { value, findings } = readable(this.args.root, toWire(request.getOutputs()))
    reject(findings, 'stack output')
    return isObject(value) ? value : {}
  }

  private recorded(request: RegisterResourceRequest, wire: Wire): PreviewResource {
    const resource = this.record(request, wire, { custom: request.getCustom(), read: false })
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

  private record(
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

// Aliases are left to the SDK, which then sends each former URN whole.
const { ResourceMonitorFeature: FEATURE } = messages
const SUPPORTED = [
  FEATURE.RESOURCE_MONITOR_FEATURE_SECRETS,
  FEATURE.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  FEATURE.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  FEATURE.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
  FEATURE.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
  FEATURE.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
]

/** The SDK puts name and type of the resource before the message. */
function reject(findings: readonly Finding[], kind: string): void {
  if (findings.length > 0)
    throw new Error(findings.map(({ path, problem }) => `${kind} ${path} ${problem}`).join('\n'))
}

/** What the id of a resource that is looked up says by itself. */
const known = (id: string): Wire => ({
  ...(id.startsWith('arn:') && { arn: id }),
  name: id.split(/[:/]/).at(-1),
})

/** A dynamic provider is code: its hash is enough to see that it changed. */
const withoutCode = (inputs: Record<string, Json>): Record<string, Json> =>
  typeof inputs['__provider'] === 'string'
    ? { ...inputs, __provider: `sha256:${sha256(inputs['__provider'])}` }
    : inputs

const typeOf = (urn: string): string => urn.split('::')[2]?.split('$').at(-1) ?? ''

const isObject = (value: Json): value is Record<string, Json> => isWire(value)
