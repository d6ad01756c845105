import { todayOf } from '../../policies/waiver.ts'
import { optionsOf, UsageError } from '../command-line.ts'
import { runCommand } from '../run-command.ts'
import { changesBetween } from './changes.ts'
import { markdown } from './markdown/markdown.ts'
import { readSnapshot } from './read-snapshot.ts'

const USAGE = `usage: npm run report -- --base FILE --head FILE [--format markdown|json]
  what becomes of every stack, the database and the API from one snapshot to the other; both from npm run snapshot`

const FORMATS = ['markdown', 'json']

await runCommand(USAGE, () => {
  const names = ['base', 'head', 'format'] as const
  const { base, head, format = 'markdown' } = optionsOf(process.argv.slice(2), names)
  if (base === undefined || head === undefined)
    throw new UsageError(`${base === undefined ? '--base' : '--head'} FILE is missing`)
  if (!FORMATS.includes(format))
    throw new UsageError(`--format ${format}: there are ${FORMATS.join(' and ')}`)
  const changes = changesBetween(readSnapshot(base), readSnapshot(head), todayOf(new Date()))
  process.stdout.write(
    format === 'json' ? `${JSON.stringify(changes, null, 2)}\n` : markdown(changes),
  )
  return 0
})
