import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Every migration of every service: paths from `root`, by service and in order. */
export async function migrationFiles(root: string): Promise<string[]> {
  const services = (await readdir(join(root, 'apps'))).sort()
  const folders = services
    .map(name => join('apps', name, 'migrations'))
    .filter(folder => existsSync(join(root, folder)))
  const files = await Promise.all(
    folders.map(async folder =>
      (await readdir(join(root, folder)))
        .filter(file => file.endsWith('.sql'))
        .sort()
        .map(file => join(folder, file)),
    ),
  )
  return files.flat()
}
