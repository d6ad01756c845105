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

/** The packages of this tree, where they are compatible with its own: making others takes minutes. */
function packages(root: string, folder: string, print: (line: string) => void): void {
  const other = incompatible(join(folder, 'package.json'), join(root, 'node_modules'))
  if (other === undefined) {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    return
  }
  print(`it needs ${other}, which is not here: npm ci`)
  const { status } = spawnSync('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error('npm ci of the release failed')
}

/** @returns the first package that is not here, or only with changes that break */
function incompatible(packageFile: string, modules: string): string | undefined {
  const { dependencies, devDependencies } = readJson(packageFile)
  const wanted = Object.entries({ ...dependencies, ...devDependencies })
  const found = wanted.find(([name, version]) => {
    const place = join(modules, name, 'package.json')
    return !existsSync(place) || series(readJson(place).version) !== series(version)
  })
  return found?.join(' ')
}

/** What versions that do not break each other have in common: `4`, and `0.3` before the first. */
const series = (version = ''): string =>
  /(?:[1-9]\d*|0\.\d+)/.exec(version.split('@').at(-1) ?? '')?.[0] ?? ''

interface PackageFile {
  version?: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as PackageFile

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
