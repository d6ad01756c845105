import type { PreviewResource } from './stack-preview.ts'

/** By URN: the name of the outermost component that each resource is in; its own name at the top. */
export function outermost(resources: readonly PreviewResource[]): Map<string, string> {
  const byUrn = new Map(resources.map(resource => [resource.urn, resource]))
  const nameOf = (resource: PreviewResource): string => {
    const parent = byUrn.get(resource.parent)
    return parent ? nameOf(parent) : resource.name
  }
  return new Map(resources.map(resource => [resource.urn, nameOf(resource)]))
}
