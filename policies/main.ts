import { join } from 'node:path'
import { lightenSdk, skipPromiseTraces } from '../platform/preview/light-sdk.ts'
import { policies } from './offline/policies.ts'
import { RULES } from './rules.ts'
import { todayOf } from './waiver.ts'
import { WAIVERS } from './waivers.ts'

const root = join(import.meta.dirname, '..')
// As under Pulumi: the program finds its files from the root.
process.chdir(root)
lightenSdk(root)
process.exitCode = await policies({
  argv: process.argv.slice(2),
  root,
  rules: RULES,
  waivers: WAIVERS,
  today: todayOf(new Date()),
  load: async () => {
    skipPromiseTraces()
    const { default: program } = await import('../platform/index.ts')
    return () => program()
  },
  print: line => process.stdout.write(`${line}\n`),
  complain: line => process.stderr.write(`${line}\n`),
})
