import { join } from 'node:path'
import { preview } from './preview.ts'
import { lightenSdk, skipPromiseTraces } from './light-sdk.ts'

const root = join(import.meta.dirname, '..', '..')
// As under Pulumi: the program finds its files from the root.
process.chdir(root)
lightenSdk(root)
process.exitCode = await preview({
  argv: process.argv.slice(2),
  root,
  load: async () => {
    skipPromiseTraces()
    const { default: program } = await import('../index.ts')
    return () => program()
  },
  loadVerdict: async () => {
    const { verdictLines } = await import('../../policies/offline/verdict-lines.ts')
    return verdictLines
  },
  print: line => process.stdout.write(`${line}\n`),
  complain: line => process.stderr.write(`${line}\n`),
})
