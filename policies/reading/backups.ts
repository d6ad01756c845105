import type { Resource } from '../resource.ts'
import type { StackView } from '../stack-view.ts'
import { like } from './statements.ts'

/** Whether a backup plan of the stack takes a resource in: by name, by pattern or by tag. */
export function isBackedUp(resource: Resource<unknown>, stack: StackView): boolean {
  const { arn } = resource.outputs
  const tags = stack.tags(resource)
  return stack.all('backup.Selection').some(selection => {
    const { resources = [], notResources = [], selectionTags = [] } = selection.inputs
    const isNamed =
      stack
        .targets(selection, resource.type as never, 'resources')
        .some(({ urn }: Resource<unknown>) => urn === resource.urn) ||
      resources.some(pattern => typeof arn === 'string' && like(pattern, arn))
    const isTagged = selectionTags.some(({ key, value }) => tags[key] === value)
    const isLeftOut = notResources.some(pattern => typeof arn === 'string' && like(pattern, arn))
    return (isNamed || isTagged) && !isLeftOut
  })
}
