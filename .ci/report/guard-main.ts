import { todayOf } from '../../policies/waiver.ts'
import { FAILED, optionsOf, UsageError } from '../command-line.ts'
import { runCommand } from '../run-command.ts'
import { changesBetween } from './changes.ts'
import { guard } from './guard.ts'
import { readSnapshot } from './read-snapshot.ts'

const USAGE = `usage: npm run guard -- --base FILE --head FILE
  fails where data would be lost or clients would break and no approval says that this is meant`

await runCommand(USAGE, () => {
  const { base, head } = optionsOf(process.argv.slice(2), ['base', 'head'])
  if (base === undefined || head === undefined)
    throw new UsageError(`${base === undefined ? '--base' : '--head'} FILE is missing`)
  const changes = changesBetween(readSnapshot(base), readSnapshot(head), todayOf(new Date()))
  const { lines, passed } = guard(changes)
  for (const line of lines) process.stdout.write(`${line.replaceAll(/\p{C}+/gu, ' ')}\n`)
  return passed ? 0 : FAILED
})
