import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { MISUSED, UNREACHABLE } from '../command-line.ts'
import { runStep } from './run-step.ts'
import { readWorkflow, workflowNames } from './workflow.ts'

const USAGE = `usage: node .ci/workflows/main.ts WORKFLOW JOB...
  the shell steps of these jobs, as a runner of GitHub runs them, against the commit that is checked out
  but for "npm ci", which has been done`

const ROOT = join(import.meta.dirname, '..', '..')
/** Of our own action and of a first step: done before. */
const DONE = new Set(['npm ci'])

/** @returns the exit code; the last line is `N passed, M failed` */
function main([name, ...jobs]: readonly string[]): number {
  const names = workflowNames()
  if (name === undefined || !names.includes(name))
    return misused(`there is no workflow "${name ?? ''}": there are ${names.join(', ')}`)
  const workflow = readWorkflow(name)
  const known = Object.keys(workflow.jobs)
  const unknown = jobs.filter(job => !known.includes(job))
  if (jobs.length === 0 || unknown.length > 0)
    return misused(`there is no job "${unknown.join('", "')}": ${name} has ${known.join(', ')}`)
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

function misused(problem: string): number {
  process.stderr.write(`${problem}\n\n${USAGE}\n`)
  return MISUSED
}

process.exitCode = main(process.argv.slice(2))
