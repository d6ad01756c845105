import type {
  ReadResourceRequest,
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  ResourceInvokeRequest,
} from '@pulumi/pulumi/proto/resource_pb.js'
import { answer } from './invokes.ts'
import { respond, toStruct, toWire, type Reply } from './messages.ts'
import { compute } from './outputs.ts'
import type { Recording } from './recording.ts'
import { resourceMessages as messages, type Wire } from './sdk.ts'

const NO_TRANSFORMS =
  'the offline preview does not run transforms; use the option transformations, which the SDK runs itself'

/**
 * Takes the place of Pulumi's engine: writes down what a program registers and answers as if AWS had made it. The methods
 * are those of the SDK's resource monitor; what is not here the SDK reports as not implemented.
 */
export class Monitor {
  private readonly recording: Recording
  private readonly region: string

  constructor(recording: Recording, region: string) {
    this.recording = recording
    this.region = region
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
      const resource = this.recording.registered(request, wire)
      const computed = request.getCustom() || request.getRemote()
      const { id, outputs } = computed
        ? compute(
            resource.urn,
            resource.type,
            wire,
            this.region,
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
      const { urn, type } = this.recording.read(request, wire)
      const { outputs } = compute(
        urn,
        type,
        { ...known(request.getId()), ...wire },
        this.region,
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
      this.recording.finished(request)
      return {}
    })
  }

  invoke(request: ResourceInvokeRequest, reply: Reply): void {
    respond(reply, () => {
      const response = new messages.ResourceInvokeResponse()
      const args = toWire(request.getArgs())
      response.setReturn(toStruct(answer(request.getTok(), args, this.region)))
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

/** What the id of a resource that is looked up says by itself. */
const known = (id: string): Wire => ({
  ...(id.startsWith('arn:') && { arn: id }),
  name: id.split(/[:/]/).at(-1),
})
