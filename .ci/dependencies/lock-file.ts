import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Package = z.object({
  /** Where it is installed under another name. */
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
})
const LockFile = z.object({ packages: z.record(z.string(), Package) })

export interface LockedPackage extends z.infer<typeof Package> {
  name: string
}

/** Every package that `npm ci` may install; the first of the file is this one itself. */
export function lockedPackages(text: string): LockedPackage[] {
  const { packages } = LockFile.parse(JSON.parse(text))
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({
      ...entry,
      name: entry.name ?? path.replace(/^.*node_modules\//, ''),
    }))
}

export const readLockFile = (root: string): LockedPackage[] =>
  lockedPackages(readFileSync(join(root, 'package-lock.json'), 'utf8'))
