import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { todayOf } from '../../policies/waiver.ts'
import { FAILED, UsageError } from '../command-line.ts'
import { runCommand } from '../run-command.ts'
import { auditProblems, Exceptions } from './audit.ts'
import { readAllowScripts, scriptProblems } from './install-scripts.ts'
import { licenceProblems } from './licences.ts'
import { readLockFile } from './lock-file.ts'

const USAGE = `usage: npm run dependencies -- [--audit]
  licences, scripts that run at installation, and where packages come from: all of package-lock.json, offline
  --audit  known vulnerabilities instead, which npm asks its registry for`

const ROOT = join(import.meta.dirname, '..', '..')

await runCommand(USAGE, () => {
  const problems = wantsAudit(process.argv.slice(2)) ? audit() : locked()
  for (const problem of problems) process.stdout.write(`${problem}\n`)
  process.stdout.write(`${problems.length} problems\n`)
  return problems.length === 0 ? 0 : FAILED
})

function wantsAudit(args: string[]): boolean {
  try {
    return parseArgs({ args, options: { audit: { type: 'boolean' } } }).values.audit === true
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new UsageError(error.message, { cause: error })
  }
}

function locked(): string[] {
  const packages = readLockFile(ROOT)
  return [...licenceProblems(packages), ...scriptProblems(packages, readAllowScripts(ROOT))]
}

function audit(): string[] {
  const file = join(import.meta.dirname, 'exceptions.json')
  const exceptions = Exceptions.parse(JSON.parse(readFileSync(file, 'utf8')))
  // It ends with 1 where it found something, which is decided here.
  const { stdout } = spawnSync('npm', ['audit', '--json'], { cwd: ROOT, encoding: 'utf8' })
  return auditProblems(stdout, exceptions, todayOf(new Date()))
}
