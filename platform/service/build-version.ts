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
  const known = new Map<string, string>()
  const digest = digests(root)
  return service => {
    const version =
      known.get(service) ?? versionFrom(architecture, service, sourcesOf(root, service).map(digest))
    known.set(service, version)
    return version
  }
}

function versionFrom(architecture: string, service: string, lines: readonly string[]): string {
  const hash = createHash('sha256').update(`${architecture}\n${service}\n`)
  for (const line of lines) hash.update(line)
  return hash.digest('hex').slice(0, CHARS)
}

/** Files that the image of a service is built from; paths from `root`. */
export const sourcesOf = (root: string, service: string): string[] =>
  [...SHARED, `apps/${service}`].flatMap(path => filesUnder(root, path))

/** A line for each file, name and hash; files that services share are read once. */
function digests(root: string): (file: string) => string {
  const known = new Map<string, string>()
  return file => {
    const line =
      known.get(file) ??
      `${file} ${createHash('sha256')
        .update(readFileSync(join(root, file)))
        .digest('hex')}\n`
    known.set(file, line)
    return line
  }
}

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
