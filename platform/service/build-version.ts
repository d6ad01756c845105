import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What an image is built from, and a little more: that it is never too little is what counts. */
const SOURCES = ['apps', 'package.json', 'package-lock.json', '.npmrc', '.dockerignore']
const CHARS = 16

/**
 * Tag of an image and version of the service in it: a hash of the sources and of the processor's architecture. The same
 * sources give the same version on each machine.
 * @param root folder that holds `apps` and package.json
 */
export function buildVersion(root: string, architecture: string): string {
  const hash = createHash('sha256').update(`${architecture}\n`)
  for (const file of SOURCES.flatMap(source => filesUnder(root, source))) {
    hash.update(`${file}\n`)
    hash.update(
      createHash('sha256')
        .update(readFileSync(join(root, file)))
        .digest(),
    )
  }
  return hash.digest('hex').slice(0, CHARS)
}

function filesUnder(root: string, path: string): string[] {
  if (path !== 'apps') return [path]
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}
