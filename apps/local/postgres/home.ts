import { createHash } from 'node:crypto'
import { chown, lstat, mkdir, realpath, stat, symlink, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { canReach, isOwner, type OsUser, postgresUser } from './os-user.ts'
import { type Binaries, binariesFor, findBinaries, restoreLinks } from './binaries.ts'
import { errorCode, folderError, StartError } from '../start-error.ts'

export interface PostgresHome {
  /** Where the cluster really is. */
  dataDir: string
  binaries: Binaries
  /** Who runs it, when not we ourselves. */
  user: OsUser | undefined
}

/**
 * For a root whose files nobody else can reach (a home folder with mode 0700): binaries and data go here. Owned by root,
 * so that no other user can put something in the way; /var/tmp would be swept after 30 days.
 */
const OUTSIDE = process.platform === 'darwin' ? '/usr/local/var/shop-local' : '/var/lib/shop-local'

/** Finds or makes the place of a cluster, for which `dataDir` is the name; it may become a symbolic link. */
export async function preparePostgresHome(dataDir: string): Promise<PostgresHome> {
  const user = postgresUser()
  if (!user) {
    const binaries = await findBinaries()
    await restoreLinks(binaries.folder)
    return { dataDir: await whereItIs(dataDir), binaries, user }
  }
  const place = await placeFor(dataDir, user)
  await checkOwner(place, user)
  return { dataDir: place, binaries: await binariesFor(user, OUTSIDE), user }
}

/** The folder that a link stands for, also when it is not there (any more). */
export async function whereItIs(dataDir: string): Promise<string> {
  try {
    return await realpath(dataDir)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw folderError(error, dataDir)
    return join(await realpath(dirname(dataDir)), basename(dataDir))
  }
}

async function placeFor(dataDir: string, user: OsUser): Promise<string> {
  const isLink = await lstat(dataDir).then(
    found => found.isSymbolicLink(),
    () => false,
  )
  const place = await whereItIs(dataDir)
  const isThere = await exists(place)
  if (isLink && isThere) return place
  if (!isLink && canReach(dirname(place), user)) return place
  if (!isLink && isThere) return place // a cluster of a user who could reach it: checkOwner speaks
  await prepareOutside()
  const hash = createHash('sha256').update(place).digest('hex').slice(0, 16)
  const outside = join(OUTSIDE, `data-${hash}`)
  if (isLink) await unlink(dataDir)
  await symlink(outside, dataDir)
  return outside
}

async function prepareOutside(): Promise<void> {
  await mkdir(OUTSIDE, { recursive: true, mode: 0o755 })
  const found = await lstat(OUTSIDE)
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return
  throw new StartError(
    'folder_unusable',
    `${OUTSIDE} must be a folder that only root can write to, but it is not.`,
    'Find out who made it; then remove it, or name a data folder that every user can reach: npm start -- --data DIR',
  )
}

async function checkOwner(place: string, user: OsUser): Promise<void> {
  if (!(await exists(place))) return
  const { uid } = await stat(place)
  if (isOwner(user, uid)) return
  throw new StartError(
    'folder_unusable',
    `${place} belongs to user id ${uid}, but started by root PostgreSQL runs as "${user.name}" (${user.uid}).`,
    `Start as that user, or hand it over: chown -R ${user.name} ${place}`,
  )
}

/** Gives a file or folder that we made to the user who runs PostgreSQL. */
export async function handOver(path: string, user: OsUser | undefined): Promise<void> {
  if (user) await chown(path, user.uid >>> 0, user.gid >>> 0)
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
