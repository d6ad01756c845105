import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { lightenSdk, skipPromiseTraces } from '../../platform/preview/light-sdk.ts'
import { placeOf } from '../../platform/preview/program-error.ts'
import { todayOf } from '../../policies/waiver.ts'
import { FAILED, MISUSED, optionsOf, UsageError } from '../command-line.ts'

const USAGE = `usage: npm run snapshot -- --out FILE
  writes what this revision would be, for npm run report: every stack, what the policies find in it, migrations, API`

const ROOT = join(import.meta.dirname, '..', '..')

/** @returns the exit code: 1 for an error in the program, 2 for wrong arguments */
async function main(argv: string[]): Promise<number> {
  const { out } = optionsOf(argv, ['out'])
  if (out === undefined) throw new UsageError('--out FILE is missing')
  const file = resolve(out)
  if (!existsSync(dirname(file)))
    throw new UsageError(`--out ${out}: there is no folder ${dirname(out)}`)
  // As under Pulumi: the program finds its files from the root.
  process.chdir(ROOT)
  lightenSdk(ROOT)
  skipPromiseTraces()
  const { default: program } = await import('../../platform/index.ts')
  const { takeSnapshot } = await import('./take-snapshot.ts')
  const today = todayOf(new Date())
  const snapshot = await takeSnapshot({ root: ROOT, program: () => program(), today })
  writeFileSync(file, `${JSON.stringify(snapshot)}\n`)
  const { stacks, migrations, api } = snapshot
  const names = stacks.map(({ preview: { stack, resources } }) => `${stack} ${resources.length}`)
  process.stdout.write(
    `${out}: resources of ${names.join(', ')}; ${migrations.length} migrations, ${Object.keys(api).length} APIs\n`,
  )
  return 0
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof Error)) throw error
  const misused = error instanceof UsageError
  const place = misused ? undefined : placeOf(error, ROOT)
  process.stderr.write(`${error.message}${place === undefined ? '' : `\n    at ${place}`}\n`)
  if (misused) process.stderr.write(`\n${USAGE}\n`)
  return misused ? MISUSED : FAILED
})
