import { styleText } from 'node:util'
import { shortType, type PreviewResource, type StackPreview } from './stack-preview.ts'

const INDENT = '  '
const TYPE_WIDTH = 34

/** The resources under their components, then how many there are of each type and in each component. */
export function printTree({ project, stack, region, resources, warnings }: StackPreview): string[] {
  const children = Map.groupBy(resources, ({ parent }) => parent)
  const count = resources.filter(isResource).length
  return [
    styleText('bold', `${project} ${stack}`) + ` in ${region}: ${count} resources`,
    '',
    ...branch('', children, 0),
    '',
    ...counts(resources, children),
    ...warnings.map(warning => styleText('yellow', `warning: ${warning}`)),
  ]
}

type Children = ReadonlyMap<string, readonly PreviewResource[]>

/** Components are where resources are; providers are how they are made. */
const isResource = ({ custom, remote, type }: PreviewResource): boolean =>
  (custom || remote) && !type.startsWith('pulumi:providers:')

function branch(parent: string, children: Children, depth: number): string[] {
  const found = [...(children.get(parent) ?? [])].sort(byNameAndType)
  return found.flatMap(resource => [
    INDENT.repeat(depth) + line(resource, depth),
    ...branch(resource.urn, children, depth + 1),
  ])
}

const byNameAndType = (a: PreviewResource, b: PreviewResource): number =>
  a.name.localeCompare(b.name) || a.type.localeCompare(b.type)

function line(resource: PreviewResource, depth: number): string {
  const { type, name, protect, retainOnDelete, read } = resource
  const marks = [
    ...(protect ? ['protected'] : []),
    ...(retainOnDelete ? ['kept on delete'] : []),
    ...(read ? ['looked up'] : []),
  ]
  const marked = marks.length > 0 ? styleText('yellow', `  ${marks.join(', ')}`) : ''
  if (!isResource(resource))
    return styleText(['bold', 'cyan'], `${shortName(type)} ${name}`) + marked
  const width = Math.max(1, TYPE_WIDTH - INDENT.length * depth)
  return `${styleText('dim', shortType(type).padEnd(width))} ${name}${marked}`
}

/** `shop:platform:Network` -> `Network` */
const shortName = (type: string): string => type.split(':').at(-1) ?? type

function counts(resources: readonly PreviewResource[], children: Children): string[] {
  const own = resources.filter(isResource)
  const types = [...Map.groupBy(own, ({ type }) => shortType(type))]
    .map(([type, of]) => ({ name: type, count: of.length }))
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name))
  const components = (children.get('') ?? [])
    .filter(resource => !isResource(resource) && !resource.type.startsWith('pulumi:'))
    .map(({ name, urn }) => ({ name, count: inside(urn, children) }))
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name))
  return [row('by component', components), row('by type', types), '']
}

const inside = (urn: string, children: Children): number =>
  (children.get(urn) ?? []).reduce(
    (sum, child) => sum + (isResource(child) ? 1 : 0) + inside(child.urn, children),
    0,
  )

const row = (title: string, parts: readonly { name: string; count: number }[]): string =>
  `${styleText('bold', title)}: ${parts.map(({ name, count }) => `${name} ${count}`).join(', ')}`
