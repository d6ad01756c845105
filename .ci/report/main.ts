import { todayOf } from '../../policies/waiver.ts'
import { FAILED, MISUSED, optionsOf, UsageError } from '../command-line.ts'
import { changesBetween } from './changes.ts'
import { markdown } from './markdown/markdown.ts'
import { readSnapshot, SnapshotError } from './read-snapshot.ts'

const USAGE = `usage: npm run report -- --base FILE --head FILE [--format markdown|json]
  what becomes of every stack, the database and the API from one snapshot to the other; both from npm run snapshot`

const FORMATS = ['markdown', 'json']

function main(argv: string[]): number {
  const { base, head, format = 'markdown' } = optionsOf(argv, ['base', 'head', 'format'])
  if (base === undefined || head === undefined)
    throw new UsageError(`${base === undefined ? '--base' : '--head'} FILE is missing`)
  if (!FORMATS.includes(format))
    throw new UsageError(`--format ${format}: there are ${FORMATS.join(' and ')}`)
  const changes = changesBetween(readSnapshot(base), readSnapshot(head), todayOf(new Date()))
  process.stdout.write(
    format === 'json' ? `${JSON.stringify(changes, null, 2)}\n` : markdown(changes),
  )
  return 0
}

try {
  process.exitCode = main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Error)) throw error
  const misused = error instanceof UsageError || error instanceof SnapshotError
  if (!misused) throw error
  process.stderr.write(`${error.message}\n${error instanceof UsageError ? `\n${USAGE}\n` : ''}`)
  process.exitCode = error instanceof UsageError ? MISUSED : FAILED
}
