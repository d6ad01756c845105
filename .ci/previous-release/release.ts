import { spawnSync } from 'node:child_process'

/** A migration that is not as it was released. */
export interface MigrationChange {
  service: string
  /** `0004-remark.sql` */
  file: string
  kind: 'added' | 'changed' | 'deleted'
}

/** Said to whoever called, without a stack. */
export class ReleaseError extends Error {}

/** Releases are tags. */
const TAGS = 'v*'

/** @returns the last release before what is checked out; undefined where there is none, or no history to look at */
export function lastRelease(root: string): string | undefined {
  const found = git(root, ['describe', '--tags', '--abbrev=0', '--match', TAGS])
  return found.status === 0 ? found.stdout.trim() : undefined
}

/** @throws {ReleaseError} naming a revision that git does not know */
export function commitOf(root: string, revision: string): string {
  const found = git(root, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${revision}^{commit}`,
  ])
  if (found.status === 0) return found.stdout.trim()
  throw new ReleaseError(
    `--release ${revision}: git knows no such commit; give a tag, a branch or a commit, such as HEAD~10`,
  )
}

/** What the tree as it stands has other than a commit, committed or not. */
export function migrationChanges(root: string, commit: string): MigrationChange[] {
  const folders = [':(glob)apps/*/migrations/*.sql']
  const changed = lines(root, ['diff', '--name-status', '--no-renames', commit, '--', ...folders])
  const untracked = lines(root, ['ls-files', '--others', '--exclude-standard', '--', ...folders])
  return [...changed, ...untracked.map(path => `A\t${path}`)].map(line => {
    const [status = '', path = ''] = line.split('\t')
    const [, service = '', , file = ''] = path.split('/')
    return { service, file, kind: KINDS[status] ?? 'changed' }
  })
}

const KINDS: Readonly<Record<string, MigrationChange['kind']>> = { A: 'added', D: 'deleted' }

/** Writes a commit's files into a folder. */
export function unpack(root: string, commit: string, folder: string): void {
  const archive = spawnSync('git', ['archive', '--format=tar', commit], {
    cwd: root,
    maxBuffer: 1 << 30,
  })
  if (archive.status !== 0) throw new ReleaseError(`git archive: ${String(archive.stderr)}`)
  const { status, stderr } = spawnSync('tar', ['-x', '-C', folder], { input: archive.stdout })
  if (status !== 0) throw new ReleaseError(`tar: ${String(stderr)}`)
}

const lines = (root: string, args: string[]): string[] => {
  const { status, stdout, stderr } = git(root, args)
  if (status !== 0) throw new ReleaseError(`git ${args[0]}: ${stderr.trim()}`)
  return stdout.split('\n').filter(Boolean)
}

const git = (root: string, args: string[]) =>
  spawnSync('git', args, { cwd: root, encoding: 'utf8' })

/** Whether a commit has a service's migrations: a new service serves nobody yet. */
export const isReleased = (root: string, commit: string, service: string): boolean =>
  git(root, ['cat-file', '-e', `${commit}:apps/${service}/migrations`]).status === 0
