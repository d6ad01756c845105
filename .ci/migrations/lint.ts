import type { Node } from '@pgsql/types'
import { parse } from 'libpg-query'
import { breachesOf } from './breaches.ts'
import { type Breach, type RuleName, RULES } from './rules.ts'

export interface Finding {
  /** Counted from 1. */
  line: number
  rule: RuleName | 'mark'
  message: string
}

/** First line of a file that runs outside a transaction; the same in apps/shared/database/migrations-run.ts. */
const NO_TRANSACTION = '-- no transaction'

/** `-- allow drops-column: no release has read it since 2.3` above the statement, or above the comments on it. */
const MARK = /^--\s*allow\s+([a-z-]+)\s*(?::\s*(.*))?$/

/**
 * What a migration would do to a shop under load. A mark with a reason allows one rule for the statement that follows.
 * @throws Error of PostgreSQL's parser when it is not SQL
 */
export async function lintMigration(sql: string): Promise<Finding[]> {
  const bytes = Buffer.from(sql)
  const { stmts = [] } = (await parse(sql)) as {
    stmts?: { stmt: Node; stmt_location?: number; stmt_len?: number }[]
  }
  const created = new Set(stmts.flatMap(({ stmt }) => createdBy(stmt)))
  const outside = sql.startsWith(NO_TRANSACTION)
  let end = 0
  return stmts.flatMap(({ stmt, stmt_location: at = 0, stmt_len: length = 0 }) => {
    // The parser leaves out what stands before a statement.
    const above = bytes.subarray(end, at).toString()
    end = at + length
    const line = bytes.subarray(0, at).toString().split('\n').length
    const breaches = [
      ...breachesOf(stmt, created),
      ...outsideTransaction(stmt, outside, stmts.length),
    ]
    return allowed(breaches, marksIn(above), line)
  })
}

const createdBy = (stmt: Node): string[] =>
  'CreateStmt' in stmt ? [stmt.CreateStmt.relation?.relname ?? ''] : []

function outsideTransaction(stmt: Node, outside: boolean, statements: number): Breach[] {
  const concurrent =
    ('IndexStmt' in stmt && stmt.IndexStmt.concurrent) ||
    ('DropStmt' in stmt && stmt.DropStmt.concurrent)
  if (concurrent && !outside) return [{ rule: 'not-in-transaction', object: 'concurrently' }]
  return outside && statements > 1
    ? [{ rule: 'not-alone', object: `${statements} statements` }]
    : []
}

interface Mark {
  rule: string
  reason: string
}

const marksIn = (comments: string): Mark[] =>
  comments
    .split('\n')
    .map(line => MARK.exec(line.trim()))
    .flatMap(found => (found ? [{ rule: found[1] ?? '', reason: found[2]?.trim() ?? '' }] : []))

function allowed(breaches: readonly Breach[], marks: readonly Mark[], line: number): Finding[] {
  const broken = breaches
    .filter(({ rule }) => !marks.some(mark => mark.rule === rule && mark.reason !== ''))
    .map(({ rule, object }) => ({
      line,
      rule,
      message: `${object}: ${RULES[rule].why}; ${RULES[rule].instead}`,
    }))
  const wrong = marks.flatMap(mark => {
    const problem = wrongWith(mark, breaches)
    return problem === undefined ? [] : [{ line, rule: 'mark' as const, message: problem }]
  })
  return [...broken, ...wrong]
}

function wrongWith({ rule, reason }: Mark, breaches: readonly Breach[]): string | undefined {
  if (!Object.hasOwn(RULES, rule))
    return `"allow ${rule}": there is no such rule; rules: ${Object.keys(RULES).join(', ')}`
  if (reason === '') return `"allow ${rule}" has no reason; write "-- allow ${rule}: why"`
  if (!breaches.some(breach => breach.rule === rule))
    return `"allow ${rule}" allows nothing: the statement below does not break that rule; delete it`
  return undefined
}
