import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { MISUSED, UNREACHABLE } from '../command-line.ts'
import { runStep } from './run-step.ts'
import { readWorkflow } from './workflow.ts'

const USAGE = `usage: node .ci/workflows/main.ts WORKFLOW JOB...
  the shell steps of these jobs, as a runner of GitHub runs them, against the commit that is checked out
  but for "npm ci", which has been done`

const ROOT = join(import.meta.dirname, '..', '..')
/** Of our own action and of a first step: done before. */
const DONE = new Set(['npm ci'])

/** @returns the exit code; the last line is `N passed, M failed` */
function main([name, ...jobs]: readonly string[]): number {
  const workflow = name === undefined ? undefined : readWorkflow(name)
  const unknown = jobs.filter(job => !(job in (workflow?.jobs ?? {})))
  if (!workflow || jobs.length === 0 || unknown.length > 0) {
    const known = workflow ? `; ${name} has the jobs ${Object.keys(workflow.jobs).join(', ')}` : ''
    process.stderr.write(`${unknown.join(', ')}${known}\n${USAGE}\n`)
    return MISUSED
  }
  const head = spawnSync('git', ['-C', ROOT, 'rev-parse', 'HEAD'], { encoding: 'utf8' })
  const values = { 'github.event.pull_request.base.sha': head.stdout.trim() }
  let passed = 0
  let failed = 0
  for (const job of jobs)
    for (const step of workflow.jobs[job]?.steps ?? []) {
      if (step.run === undefined || DONE.has(step.run)) continue
      const title = `${name}, ${job}: ${step.name ?? step.run.split('\n')[0]}`
      process.stdout.write(`\n> ${title}\n`)
      const { status } = runStep(step, { cwd: ROOT, values, env: process.env, show: true })
      if (status === 0) passed++
      else if (status === UNREACHABLE) process.stdout.write(`did not run: ${title}\n`)
      else failed++
    }
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

process.exitCode = main(process.argv.slice(2))
