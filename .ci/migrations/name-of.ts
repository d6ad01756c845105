import type { Node } from '@pgsql/types'

/** Last part of the name that a node of PostgreSQL's syntax tree stands for. */
export function nameOf(node: Node): string {
  if ('List' in node) return (node.List.items ?? []).map(nameOf).at(-1) ?? '?'
  if ('String' in node) return node.String.sval ?? '?'
  if ('ObjectWithArgs' in node) return (node.ObjectWithArgs.objname ?? []).map(nameOf).at(-1) ?? '?'
  if ('TypeName' in node) return (node.TypeName.names ?? []).map(nameOf).at(-1) ?? '?'
  return '?'
}
