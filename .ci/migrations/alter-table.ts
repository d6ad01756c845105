import type { AlterTableCmd, ColumnDef, Constraint, Node } from '@pgsql/types'
import { nameOf } from './name-of.ts'
import type { Breach, RuleName } from './rules.ts'

/** What one change of a table that is in use breaks. */
export function inAlterTable({ subtype, name, def }: AlterTableCmd, table: string): Breach[] {
  const column = name === undefined ? table : `${table}.${name}`
  if (subtype === 'AT_AddColumn')
    return def && 'ColumnDef' in def ? inNewColumn(def.ColumnDef, table) : []
  if (subtype === 'AT_AddConstraint')
    return def && 'Constraint' in def ? inConstraint(def.Constraint, table) : []
  const rule = subtype && REFUSED[subtype]
  return rule ? [{ rule, object: column }] : []
}

const REFUSED: Partial<Record<NonNullable<AlterTableCmd['subtype']>, RuleName>> = {
  AT_DropColumn: 'drops-column',
  AT_AlterColumnType: 'rewrites-table',
  AT_SetNotNull: 'sets-not-null',
  AT_SetTableSpace: 'rewrites-table',
  AT_SetLogged: 'rewrites-table',
  AT_SetUnLogged: 'rewrites-table',
  AT_SetAccessMethod: 'rewrites-table',
}

/** Give the same value to each row that is there, so that none is written. */
const STABLE_DEFAULTS = new Set([
  'now',
  'current_timestamp',
  'statement_timestamp',
  'transaction_timestamp',
])
const SERIALS = new Set(['serial', 'bigserial', 'smallserial', 'serial4', 'serial8', 'serial2'])

function inNewColumn({ colname, typeName, constraints = [] }: ColumnDef, table: string): Breach[] {
  const object = `${table}.${colname ?? '?'}`
  const all = constraints.flatMap(node => ('Constraint' in node ? [node.Constraint] : []))
  const of = (type: Constraint['contype']) => all.find(({ contype }) => contype === type)
  const byDefault = of('CONSTR_DEFAULT')
  const breaches: Breach[] = []
  const isSerial = SERIALS.has((typeName?.names ?? []).map(nameOf).at(-1) ?? '')
  const generated = of('CONSTR_GENERATED')
  if (
    isSerial ||
    of('CONSTR_IDENTITY') ||
    (generated && generated.generated_kind !== 'v') ||
    isVolatile(byDefault?.raw_expr)
  )
    breaches.push({ rule: 'rewrites-table', object })
  else if ((of('CONSTR_NOTNULL') || of('CONSTR_PRIMARY')) && !byDefault && !generated)
    breaches.push({ rule: 'not-null-without-default', object })
  for (const constraint of all)
    if (
      ['CONSTR_CHECK', 'CONSTR_FOREIGN', 'CONSTR_UNIQUE', 'CONSTR_PRIMARY'].includes(
        constraint.contype ?? '',
      )
    )
      // A new column is null, or the default, in each row; PostgreSQL reads them all the same.
      breaches.push({ rule: 'constraint-scans', object })
  return breaches
}

/** Whether a default may differ from row to row. */
function isVolatile(expression: Node | undefined): boolean {
  if (!expression) return false
  if ('FuncCall' in expression)
    return !STABLE_DEFAULTS.has((expression.FuncCall.funcname ?? []).map(nameOf).at(-1) ?? '')
  if ('TypeCast' in expression) return isVolatile(expression.TypeCast.arg)
  return false
}

function inConstraint(
  { contype, conname, skip_validation, indexname }: Constraint,
  table: string,
): Breach[] {
  const validates =
    ['CONSTR_CHECK', 'CONSTR_FOREIGN', 'CONSTR_NOTNULL'].includes(contype ?? '') && !skip_validation
  const builds =
    ['CONSTR_UNIQUE', 'CONSTR_PRIMARY', 'CONSTR_EXCLUSION'].includes(contype ?? '') && !indexname
  return validates || builds
    ? [{ rule: 'constraint-scans', object: `${table}.${conname ?? '?'}` }]
    : []
}
