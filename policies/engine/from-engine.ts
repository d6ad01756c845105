import type { PolicyResource, ResourceValidationArgs } from '@pulumi/policy'
import { type Resource, shortType } from '../resource.ts'
import type { StackFacts } from '../stack-view.ts'

type Values = Readonly<Record<string, unknown>>

/** Behind the SDK's proxy, which throws an error of its own at unknown values: ours names the property. */
const RAW = '__getSpecialProxyTarget'

const rawOf = (props: Readonly<Record<string, unknown>>): Values => {
  const raw = props[RAW]
  return typeof raw === 'object' && raw !== null ? (raw as Values) : props
}

/** A resource that is about to be made. */
export const declaredResource = (args: ResourceValidationArgs): Resource => ({
  urn: args.urn,
  type: shortType(args.type),
  name: args.name,
  parent: args.opts.parent ?? '',
  provider: args.provider?.urn ?? '',
  inputs: rawOf(args.props),
  outputs: {},
  sources: {},
  foreign: false,
})

/**
 * The stack at the end of a preview or an update.
 * @param declared by URN: the resources as the program declared them; the engine has only what became of them
 */
export function stackFacts(
  resources: readonly PolicyResource[],
  declared: ReadonlyMap<string, Resource>,
): StackFacts {
  const providers = resources.flatMap(({ provider }) => provider ?? [])
  const made = resources.map((resource): Resource => {
    const outputs = rawOf(resource.props)
    return {
      urn: resource.urn,
      type: shortType(resource.type),
      name: resource.name,
      parent: resource.parent?.urn ?? '',
      provider: resource.provider?.urn ?? '',
      // What is looked up is never declared: its outputs are all there is.
      inputs: declared.get(resource.urn)?.inputs ?? outputs,
      outputs,
      sources: Object.fromEntries(
        Object.entries(resource.propertyDependencies).map(([property, of]) => [
          property,
          of.map(({ urn }) => urn),
        ]),
      ),
      foreign: !declared.has(resource.urn),
    }
  })
  const known = new Set(made.map(({ urn }) => urn))
  const [, stack = '', project = ''] = /^urn:pulumi:(.*?)::(.*?)::/.exec(made[0]?.urn ?? '') ?? []
  return {
    project,
    stack,
    region: providers.map(({ props }) => rawOf(props)['region']).find(it => typeof it === 'string'),
    resources: [...made, ...providers.filter(({ urn }) => !known.has(urn)).map(providerResource)],
  }
}

const providerResource = ({
  urn,
  type,
  name,
  props,
}: NonNullable<PolicyResource['provider']>): Resource => ({
  urn,
  type: shortType(type),
  name,
  parent: '',
  provider: '',
  inputs: rawOf(props),
  outputs: {},
  sources: {},
  foreign: true,
})
