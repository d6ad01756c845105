import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrationFiles } from '../migrations/files.ts'
import { lintMigration } from '../migrations/lint.ts'
import type { MigrationFinding, MigrationSnapshot } from './snapshot.ts'

/** Every migration, with what its lint says and what a mark in it allows. */
export async function migrationsOf(root: string): Promise<MigrationSnapshot[]> {
  const files = await migrationFiles(root)
  return Promise.all(
    files.map(async file => {
      const sql = await readFile(join(root, file), 'utf8')
      const sha256 = createHash('sha256').update(sql).digest('hex')
      return { file, sha256, findings: await findingsIn(sql) }
    }),
  )
}

/** Without its marks a migration breaks what they allow; each line stays where it is. */
const unmarked = (sql: string): string => sql.replaceAll(/^--\s*allow\s.*$/gm, '--')

async function findingsIn(sql: string): Promise<MigrationFinding[]> {
  let refused: Awaited<ReturnType<typeof lintMigration>>
  try {
    refused = await lintMigration(sql)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return [{ line: 1, rule: 'syntax', message: error.message, allowed: false }]
  }
  const isRefused = ({ line, rule, message }: (typeof refused)[number]) =>
    refused.some(one => one.line === line && one.rule === rule && one.message === message)
  const allowed = (await lintMigration(unmarked(sql))).filter(finding => !isRefused(finding))
  return [
    ...refused.map(finding => ({ ...finding, allowed: false })),
    ...allowed.map(finding => ({ ...finding, allowed: true })),
  ]
}
