import { todayOf } from '../../policies/waiver.ts'
import { FAILED, MISUSED, optionsOf, UsageError } from '../command-line.ts'
import { changesBetween } from './changes.ts'
import { guard } from './guard.ts'
import { readSnapshot, SnapshotError } from './read-snapshot.ts'

const USAGE = `usage: npm run guard -- --base FILE --head FILE
  fails where data would be lost or clients would break and no approval says that this is meant`

function main(argv: string[]): number {
  const { base, head } = optionsOf(argv, ['base', 'head'])
  if (base === undefined || head === undefined)
    throw new UsageError(`${base === undefined ? '--base' : '--head'} FILE is missing`)
  const changes = changesBetween(readSnapshot(base), readSnapshot(head), todayOf(new Date()))
  const { lines, passed } = guard(changes)
  for (const line of lines) process.stdout.write(`${line.replaceAll(/\p{C}+/gu, ' ')}\n`)
  return passed ? 0 : FAILED
}

try {
  process.exitCode = main(process.argv.slice(2))
} catch (error) {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${USAGE}\n`)
  else if (error instanceof SnapshotError) process.stderr.write(`${error.message}\n`)
  else throw error
  process.exitCode = error instanceof UsageError ? MISUSED : FAILED
}
