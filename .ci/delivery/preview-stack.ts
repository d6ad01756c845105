import { appendFileSync, writeFileSync } from 'node:fs'
import { optionsOf, UsageError } from '../command-line.ts'
import { listening, openStack, POLICY_PACKS, revision } from './engine.ts'
import { planOf } from './plan.ts'
import { planLines } from './plan-lines.ts'
import { planSummary } from './plan-summary.ts'
import { runCommand } from '../run-command.ts'

const USAGE = `usage: node .ci/delivery/preview-stack.ts --stack NAME [--plan FILE] [--summary FILE]
  the real "pulumi preview" with the policy pack; changes nothing
  --plan     writes what "up" would do, for deploy-stack.ts
  --summary  adds it to a file of markdown`

await runCommand(USAGE, async () => {
  const names = ['stack', 'plan', 'summary'] as const
  const { stack: name, plan: file, summary } = optionsOf(process.argv.slice(2), names)
  if (name === undefined) throw new UsageError('--stack NAME is missing')
  const stack = await openStack(name)
  const { events, options } = listening()
  try {
    await stack.preview({ ...options, policyPacks: POLICY_PACKS })
  } finally {
    // Also where policies refuse it: that is what a reviewer wants to read.
    const plan = planOf(name, revision(), events)
    process.stdout.write(`${planLines(plan).join('\n')}\n`)
    if (file !== undefined) writeFileSync(file, `${JSON.stringify(plan, null, 2)}\n`)
    if (summary !== undefined) appendFileSync(summary, planSummary(plan))
  }
  return 0
})
