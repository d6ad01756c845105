import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { commitOf, isReleased, lastRelease, migrationChanges, ReleaseError } from './release.ts'
import { runPrevious, unlawful } from './run-previous.ts'

export interface PreviousReleaseArgs {
  args: string[]
  /** Folder of package.json. */
  root: string
  print: (line: string) => void
  complain: (line: string) => void
}

const USAGE = `usage: npm run previous -- [--release REVISION] [SERVICE]...
  --release  a tag, branch or commit; the last tag v* by default
  SERVICE    by default those whose migrations have changed since`

/** @returns the exit code: 0, 1 when the released version fails, 2 for wrong arguments */
export function previousRelease({ args, root, print, complain }: PreviousReleaseArgs): number {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { release: { type: 'string' }, help: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    if (values.help) {
      print(USAGE)
      return 0
    }
    const release = values.release ?? lastRelease(root)
    if (release === undefined) {
      print(
        'did not run: there is no release, which is a tag v*; --release REVISION takes any commit',
      )
      return 0
    }
    return check({ root, print, complain }, release, positionals)
  } catch (error) {
    if (!isMisuse(error)) throw error
    complain(`${error.message}\n\n${USAGE}`)
    return 2
  }
}

const isMisuse = (error: unknown): error is Error =>
  error instanceof ReleaseError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))

function check(
  { root, print, complain }: Omit<PreviousReleaseArgs, 'args'>,
  release: string,
  named: readonly string[],
): number {
  const commit = commitOf(root, release)
  for (const service of named)
    if (!existsSync(join(root, 'apps', service, 'migrations')))
      throw new ReleaseError(`there is no service "${service}" with migrations`)
  const changes = migrationChanges(root, commit).filter(
    ({ service }) => named.length === 0 || named.includes(service),
  )
  const wrong = unlawful(changes)
  if (wrong.length > 0) {
    complain(wrong.join('\n'))
    return 1
  }
  const services = named.length > 0 ? named : [...new Set(changes.map(({ service }) => service))]
  const released = services.filter(service => isReleased(root, commit, service))
  if (released.length === 0) {
    print(`no migrations since ${release}: its code works with the tables as they are`)
    return 0
  }
  if (runPrevious({ root, release, commit, services: released, print })) return 0
  const files = changes.map(({ service, file }) => `apps/${service}/migrations/${file}`)
  complain(
    `${release} would break while these have run and it still serves: ${files.join(', ') || 'none is new'}; expand first, contract in a later release (README, "Change a table")`,
  )
  return 1
}
