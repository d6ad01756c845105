import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface MigrationsFolder extends AsyncDisposable {
  path: string
  add: (files: Readonly<Record<string, string>>) => Promise<void>
}

/** A folder of migrations: file name -> SQL. */
export async function migrationsFolder(
  files: Readonly<Record<string, string>>,
): Promise<MigrationsFolder> {
  const path = await mkdtemp(join(tmpdir(), 'migrations-'))
  const add: MigrationsFolder['add'] = async more => {
    for (const [name, sql] of Object.entries(more)) await writeFile(join(path, name), sql)
  }
  await add(files)
  return { path, add, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
