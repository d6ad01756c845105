import { join } from 'node:path'
import { previousRelease } from './previous-release.ts'

/** `npm run previous`: whether the released version goes on working while the migrations of this tree have run. */
process.exitCode = previousRelease({
  args: process.argv.slice(2),
  root: join(import.meta.dirname, '..', '..'),
  print: line => process.stdout.write(`${line}\n`),
  complain: line => process.stderr.write(`${line}\n`),
})
