import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MigrationChange, unpack } from './release.ts'

export interface PreviousRun {
  root: string
  release: string
  commit: string
  services: readonly string[]
  print: (line: string) => void
}

/**
 * Runs the tests of a released version's services, with its code, on tables as the migrations that stand here make them.
 * @returns whether they passed
 */
export function runPrevious({ root, release, commit, services, print }: PreviousRun): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'shop-previous-'))
  try {
    unpack(root, commit, folder)
    for (const service of services) {
      const migrations = join(folder, 'apps', service, 'migrations')
      rmSync(migrations, { recursive: true })
      cpSync(join(root, 'apps', service, 'migrations'), migrations, { recursive: true })
    }
    packages(root, folder, print)
    print(`tests of ${services.join(', ')} as of ${release}, on the tables as they will be`)
    return tests(folder, services, print)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Its own packages, where they are not those of this tree. */
function packages(root: string, folder: string, print: (line: string) => void): void {
  const lock = 'package-lock.json'
  if (same(join(root, lock), join(folder, lock))) {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    return
  }
  print('its packages are others: npm ci')
  const { status } = spawnSync('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error('npm ci of the release failed')
}

const same = (one: string, other: string): boolean =>
  existsSync(one) && existsSync(other) && readFileSync(one, 'utf8') === readFileSync(other, 'utf8')

function tests(
  folder: string,
  services: readonly string[],
  print: (line: string) => void,
): boolean {
  const vitest = join(folder, 'node_modules', '.bin', 'vitest')
  const config = join(folder, '.ci', 'vitest.config.ts')
  const paths = services.map(service => `apps/${service}/`)
  const { status, error, stdout, stderr } = spawnSync(
    vitest,
    ['run', '--config', config, '--reporter', 'dot', '--bail', '5', ...paths],
    // Another run of vitest, which may be the one that runs this, says things to those that it starts.
    { cwd: folder, encoding: 'utf8', env: withoutVitest(process.env) },
  )
  if (error) throw error
  if (status !== 0) print(`${stdout}${stderr}`)
  return status === 0
}

const withoutVitest = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV$)/.test(name)),
  )

/** What must not have happened to a migration since. */
export const unlawful = (changes: readonly MigrationChange[]): string[] =>
  changes
    .filter(({ kind }) => kind !== 'added')
    .map(
      ({ service, file, kind }) =>
        `apps/${service}/migrations/${file} was released and has been ${kind} since: databases that have run it will not hear of that; put it back and write another`,
    )
