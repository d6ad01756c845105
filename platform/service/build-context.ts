import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sourcesOf } from './build-version.ts'

const FOLDER = 'node_modules/.cache/images'

/**
 * A folder for each image with what it is built from and nothing else: docker-build looks for changes in all of its
 * context, so that with one context for all services each image would be built anew, and pushed under the tag that it
 * has already, when any service changed.
 * @param root folder that holds `apps` and package.json
 * @returns the folder of a service's version, from `root`
 */
export function buildContexts(root: string): (service: string, version: string) => string {
  return (service, version) => {
    const folder = `${FOLDER}/${service}-${version}`
    const place = join(root, folder)
    if (existsSync(place)) return `./${folder}`
    // Another run may be at it: the folder is whole when it appears.
    const unfinished = `${place}.${process.pid}`
    for (const file of sourcesOf(root, service)) copy(join(root, file), join(unfinished, file))
    try {
      renameSync(unfinished, place)
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true })
      if (!existsSync(place)) throw error
    }
    return `./${folder}`
  }
}

/** With one mode, which is looked at for changes and differs between machines. */
function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to)
  chmodSync(to, 0o644)
}
