import { estimate } from '../../platform/preview/costs.ts'
import { compute } from '../../platform/preview/outputs.ts'
import type { PreviewResource, StackPreview } from '../../platform/preview/stack-preview.ts'
import { type Resource, shortType } from '../resource.ts'
import type { StackFacts } from '../stack-view.ts'

/** What a preview recorded, as rules see it. Every value is known: outputs are those that the program was answered. */
export function factsOf(preview: StackPreview): StackFacts {
  const { project, stack, region, resources } = preview
  const { monthlyUsd, notPriced } = estimate(preview)
  return {
    project,
    stack,
    region,
    resources: resources.map(resource => seen(resource, region)),
    costs: { monthlyUsd, notPriced: notPriced.map(({ urn, why }) => `${urn}: ${why}`) },
    unseen: resources.filter(isOpaque).map(({ urn }) => urn),
  }
}

function seen(resource: PreviewResource, region: string): Resource {
  const { urn, type, name, parent, inputs, provider, propertyDependencies, read } = resource
  const { id, outputs } = isMade(resource)
    ? compute(urn, type, inputs, region, [])
    : { id: '', outputs: {} }
  return {
    urn,
    type: shortType(type),
    name,
    parent,
    // `URN::ID`
    provider: provider?.split('::').slice(0, -1).join('::') ?? '',
    inputs,
    outputs: { ...outputs, id },
    sources: propertyDependencies,
    foreign: read,
  }
}

const isMade = ({ custom, remote }: PreviewResource): boolean => custom || remote

/** Builds and pushes an image: what it makes of AWS is nothing. */
const MAKES_NOTHING = 'awsx:ecr:Image'

const isOpaque = ({ remote, type }: PreviewResource): boolean => remote && type !== MAKES_NOTHING
