import { mkdir, readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { runChild } from '../processes/children.ts'
import { handOver, type PostgresHome } from './home.ts'
import { errorCode, folderError, noSpace, StartError } from '../start-error.ts'

export const SUPERUSER = 'postgres'

/** A new cluster takes 40 MiB; its log and our rows grow to about this in the first hours. */
const NEEDED_MIB = 200

/** Makes the cluster when there is none yet. @throws {StartError} when there is one that we can't run */
export async function ensureCluster(home: PostgresHome, password: string): Promise<void> {
  const { dataDir, binaries } = home
  const major = await majorOf(dataDir)
  if (major === binaries.major) return
  if (major !== undefined)
    throw new StartError(
      'other_major',
      `${dataDir} was made by PostgreSQL ${major}, but PostgreSQL ${binaries.major} is installed, which can't read it.`,
      'Move the folder away to keep the data, or begin anew: npm start -- --fresh',
    )
  try {
    await createCluster(home, password)
  } catch (error) {
    throw folderError(error, dataDir)
  }
}

async function majorOf(dataDir: string): Promise<string | undefined> {
  try {
    return (await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).trim()
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw folderError(error, dataDir)
  }
  const files = await readdir(dataDir).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return []
    throw folderError(error, dataDir)
  })
  if (files.length === 0) return undefined
  throw new StartError(
    'folder_unusable',
    `${dataDir} holds files but no PostgreSQL cluster (no PG_VERSION).`,
    'Restore it, or begin anew: npm start -- --fresh',
  )
}

/** Made beside its place and renamed when it is whole: a crash on the way leaves nothing that looks like a cluster. */
async function createCluster(home: PostgresHome, password: string): Promise<void> {
  const { dataDir } = home
  await removeUnfinished(dataDir)
  const { bavail, bsize } = await statfs(dirname(dataDir))
  const freeMiB = Math.floor((bavail * bsize) / 2 ** 20)
  if (freeMiB < NEEDED_MIB) throw noSpace(dataDir, undefined, freeMiB)
  const unfinished = `${unfinishedPrefix(dataDir)}${process.pid}`
  try {
    await mkdir(unfinished, { mode: 0o700 })
    await handOver(unfinished, home.user)
    await initialise(home, unfinished, password)
    await rename(unfinished, dataDir)
  } finally {
    await removeUnfinished(dataDir)
  }
}

const unfinishedPrefix = (dataDir: string): string => `${dataDir}.new-`

export async function removeUnfinished(dataDir: string): Promise<void> {
  const prefix = basename(unfinishedPrefix(dataDir))
  const folder = dirname(dataDir)
  for (const name of await readdir(folder))
    if (name.startsWith(prefix)) await rm(join(folder, name), { recursive: true, force: true })
}

async function initialise(
  { binaries, user }: PostgresHome,
  folder: string,
  password: string,
): Promise<void> {
  const passwordFile = `${folder}.password`
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' })
  await handOver(passwordFile, user)
  const { ending, stderr } = await runChild(
    join(binaries.folder, 'bin', 'initdb'),
    [
      `--pgdata=${folder}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ],
    { cwd: folder, env: { LC_ALL: 'C' }, ...(user && { uid: user.uid, gid: user.gid }) },
  )
  if (ending !== 0) throw postgresError(folder, stderr)
}

/** Names what PostgreSQL said when it could not go on. */
export function postgresError(dataDir: string, stderr: string): StartError {
  if (/No space left on device|Disk quota exceeded/.test(stderr)) return noSpace(dataDir, stderr)
  const [, nameless] = /could not look up effective user ID (\d+)/.exec(stderr) ?? []
  if (nameless !== undefined)
    return new StartError(
      'unsupported_machine',
      `User id ${nameless} has no name on this machine (docker run -u?), and PostgreSQL needs one.`,
      'Start as a user that /etc/passwd knows.',
    )
  const said = stderr.trim().split('\n').slice(-8).join('\n  ')
  return new StartError(
    'postgres_failed',
    `PostgreSQL did not start in ${dataDir}; it said:\n  ${said || '(nothing)'}`,
    'If the data is damaged, begin anew: npm start -- --fresh',
  )
}
