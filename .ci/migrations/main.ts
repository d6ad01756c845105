import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrationFiles } from './files.ts'
import { lintMigration } from './lint.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** `node .ci/migrations/main.ts`: every migration of every service; exits with 1 when one is refused. */
async function main(): Promise<void> {
  const files = await migrationFiles(ROOT)
  let refused = 0
  for (const file of files)
    for (const { line, rule, message } of await findings(file)) {
      refused++
      console.log(`${file}:${line}: ${rule}: ${message}`)
    }
  console.log(`${files.length} migrations, ${refused} findings`)
  if (refused > 0) {
    console.log('Where one is meant, say so above the statement: -- allow RULE: why it is safe')
    process.exitCode = 1
  }
}

async function findings(file: string) {
  const sql = await readFile(join(ROOT, file), 'utf8')
  try {
    return await lintMigration(sql)
  } catch (error) {
    throw new Error(`${file}: PostgreSQL can't read it`, { cause: error })
  }
}

await main()
