import type { Node, RangeVar } from '@pgsql/types'
import { inAlterTable } from './alter-table.ts'
import { nameOf } from './name-of.ts'
import type { Breach } from './rules.ts'

/** What one statement breaks. @param created tables that the same file makes: nobody uses them yet */
export function breachesOf(statement: Node, created: ReadonlySet<string>): Breach[] {
  const isNew = (relation: RangeVar | undefined) => created.has(relation?.relname ?? '')
  if ('AlterTableStmt' in statement) {
    const { relation, cmds = [] } = statement.AlterTableStmt
    if (isNew(relation)) return []
    return cmds.flatMap(cmd =>
      'AlterTableCmd' in cmd ? inAlterTable(cmd.AlterTableCmd, relation?.relname ?? '?') : [],
    )
  }
  if ('RenameStmt' in statement) {
    const { relation, subname, newname } = statement.RenameStmt
    if (isNew(relation)) return []
    return [{ rule: 'renames', object: `${relation?.relname ?? subname ?? '?'} to ${newname}` }]
  }
  if ('AlterObjectSchemaStmt' in statement) {
    const { relation, newschema } = statement.AlterObjectSchemaStmt
    return [{ rule: 'renames', object: `${relation?.relname ?? '?'} to schema ${newschema}` }]
  }
  if ('DoStmt' in statement) return [{ rule: 'hides-statements', object: 'do' }]
  if ('DropOwnedStmt' in statement) return [{ rule: 'drops-table', object: 'drop owned' }]
  if ('AlterEnumStmt' in statement && statement.AlterEnumStmt.oldVal)
    return [{ rule: 'renames', object: statement.AlterEnumStmt.oldVal }]
  if ('DropStmt' in statement) return inDrop(statement.DropStmt, created)
  if ('IndexStmt' in statement) {
    const { relation, concurrent, idxname } = statement.IndexStmt
    return concurrent || isNew(relation) ? [] : [{ rule: 'index-locks', object: idxname ?? '?' }]
  }
  if ('ReindexStmt' in statement)
    return [{ rule: 'locks-table', object: statement.ReindexStmt.relation?.relname ?? 'reindex' }]
  if ('UpdateStmt' in statement) return allRows(statement.UpdateStmt, created)
  if ('DeleteStmt' in statement) return allRows(statement.DeleteStmt, created)
  if ('TruncateStmt' in statement) return [{ rule: 'locks-table', object: 'truncate' }]
  if ('LockStmt' in statement) return [{ rule: 'locks-table', object: 'lock' }]
  if ('ClusterStmt' in statement || 'VacuumStmt' in statement)
    return [{ rule: 'locks-table', object: 'vacuum or cluster' }]
  return []
}

function allRows(
  { relation, whereClause }: { relation?: RangeVar; whereClause?: Node },
  created: ReadonlySet<string>,
): Breach[] {
  const table = relation?.relname ?? '?'
  return whereClause || created.has(table) ? [] : [{ rule: 'changes-all-rows', object: table }]
}

function inDrop(
  {
    removeType,
    objects = [],
    concurrent,
  }: { removeType?: string; objects?: Node[]; concurrent?: boolean },
  created: ReadonlySet<string>,
): Breach[] {
  const names = objects.map(nameOf).filter(name => !created.has(name))
  if (removeType === 'OBJECT_INDEX')
    return concurrent ? [] : names.map(object => ({ rule: 'drop-index-locks', object }))
  const inUse = [
    'OBJECT_TABLE',
    'OBJECT_VIEW',
    'OBJECT_MATVIEW',
    'OBJECT_SEQUENCE',
    'OBJECT_FUNCTION',
    'OBJECT_TYPE',
    'OBJECT_SCHEMA',
  ]
  return inUse.includes(removeType ?? '')
    ? names.map(object => ({ rule: 'drops-table', object }))
    : []
}
