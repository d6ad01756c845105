import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'

export const MIGRATIONS_TABLE = 'migrations'
const FILE = /^\d{4}-[a-z0-9-]+\.sql$/

/** Names in the order in which they run, as the table of migrations has them. */
export const migrationNames = async (folder: string): Promise<string[]> =>
  (await migrationFiles(folder)).map(file => basename(file, '.sql'))

/** File names in the order in which they run. @throws Error when one is misnamed */
export async function migrationFiles(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter(file => !file.startsWith('.')).sort()
  const wrong = files.find(file => !FILE.test(file))
  if (wrong !== undefined)
    throw new Error(`${join(folder, wrong)}: name a migration like 0001-create-users.sql`)
  return files
}
