import { readdir, readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { lintMigration } from './lint.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** `node .ci/migrations/main.ts`: every migration of every service; exits with 1 when one is refused. */
async function main(): Promise<void> {
  const apps = join(ROOT, 'apps')
  const folders = (await readdir(apps))
    .map(name => join(apps, name, 'migrations'))
    .filter(folder => existsSync(folder))
  let files = 0
  let refused = 0
  for (const folder of folders)
    for (const name of (await readdir(folder)).filter(file => file.endsWith('.sql')).sort()) {
      files++
      for (const { line, rule, message } of await findings(join(folder, name))) {
        refused++
        console.log(`${relative(ROOT, join(folder, name))}:${line}: ${rule}: ${message}`)
      }
    }
  console.log(`${files} migrations, ${refused} findings`)
  if (refused > 0) {
    console.log('Where one is meant, say so above the statement: -- allow RULE: why it is safe')
    process.exitCode = 1
  }
}

async function findings(file: string) {
  const sql = await readFile(file, 'utf8')
  try {
    return await lintMigration(sql)
  } catch (error) {
    throw new Error(`${relative(ROOT, file)}: PostgreSQL can't read it`, { cause: error })
  }
}

await main()
