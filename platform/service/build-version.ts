import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What every image is built from beside the service's own folder. */
const SHARED = [
  'apps/Dockerfile',
  'apps/bundle',
  'apps/shared',
  'package.json',
  'package-lock.json',
  '.npmrc',
  '.dockerignore',
]
/** Tests, as `.dockerignore` has them. */
const LEFT_OUT = /(^|\/)testing(\/|[^/]*\.ts$)|\.test\.ts$/
const CHARS = 16

/**
 * Tag of an image and version of the service in it: a hash of the files that it is built from and of the processor's
 * architecture. The same files give the same version on each machine; a change elsewhere builds nothing.
 * @param root folder that holds `apps` and package.json
 * @returns the version of a service by its name
 */
export function buildVersions(root: string, architecture: string): (service: string) => string {
  const shared = digests(root, SHARED)
  return service => {
    const hash = createHash('sha256').update(`${architecture}\n${service}\n`)
    for (const line of [...shared, ...digests(root, [`apps/${service}`])]) hash.update(line)
    return hash.digest('hex').slice(0, CHARS)
  }
}

/** A line for each file: name and hash. */
const digests = (root: string, paths: readonly string[]): string[] =>
  paths
    .flatMap(path => filesUnder(root, path))
    .map(file => {
      const digest = createHash('sha256').update(readFileSync(join(root, file)))
      return `${file} ${digest.digest('hex')}\n`
    })

function filesUnder(root: string, path: string): string[] {
  const place = join(root, path)
  if (!existsSync(place)) return []
  if (statSync(place).isFile()) return [path]
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter(file => !LEFT_OUT.test(file))
    .sort()
}
