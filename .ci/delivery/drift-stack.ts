import { writeFileSync } from 'node:fs'
import { optionsOf, UsageError } from '../command-line.ts'
import { driftMarkdown, driftOf } from './drift.ts'
import { listening, openStack } from './engine.ts'
import { runCommand } from '../run-command.ts'

const USAGE = `usage: node .ci/delivery/drift-stack.ts --stack NAME [--out FILE]
  what "pulumi refresh" would find: AWS against the state; changes neither
  --out  writes it as markdown; the file stays empty where there is none`

await runCommand(USAGE, async () => {
  const { stack: name, out } = optionsOf(process.argv.slice(2), ['stack', 'out'])
  if (name === undefined) throw new UsageError('--stack NAME is missing')
  const stack = await openStack(name)
  const { events, options } = listening()
  await stack.previewRefresh(options)
  const drift = driftOf(events)
  for (const { what, type, name: resource, properties } of drift)
    process.stdout.write(`${what} ${type} ${resource}: ${properties.join(', ')}\n`)
  process.stdout.write(`${name}: ${drift.length === 0 ? 'no drift' : `${drift.length} drifted`}\n`)
  if (out !== undefined) writeFileSync(out, drift.length === 0 ? '' : driftMarkdown(name, drift))
  return 0
})
