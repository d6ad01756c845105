import { execFileSync } from 'node:child_process'
import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export interface OsUser {
  name: string
  uid: number
  gid: number
}

/** PostgreSQL refuses to run as root: then it runs as `nobody`. `undefined`: our own user will do. */
export function postgresUser(): OsUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  // macOS has 4294967294 for nobody, which spawn takes as -2 only.
  const id = (flag: '-u' | '-g') => Number(execFileSync('id', [flag, 'nobody'])) | 0
  return { name: 'nobody', uid: id('-u'), gid: id('-g') }
}

export const isOwner = (user: { uid: number }, owner: number): boolean =>
  user.uid >>> 0 === owner >>> 0

/** Whether this user may execute the file, or enter the folder, and all folders above it. */
export function canReach(path: string, user: OsUser): boolean {
  let current = realpathSync(path)
  for (;;) {
    const { mode, uid, gid } = statSync(current)
    const shift = isOwner(user, uid) ? 6 : isOwner({ uid: user.gid }, gid) ? 3 : 0
    if (((mode >> shift) & 1) === 0) return false
    const parent = dirname(current)
    if (parent === current) return true
    current = parent
  }
}
