import { readFileSync } from 'node:fs'
import { FAILED, optionsOf, UsageError } from '../command-line.ts'
import { listening, openStack, POLICY_PACKS, revision } from './engine.ts'
import { differences, Plan, planOf } from './plan.ts'
import { runCommand } from '../run-command.ts'

const USAGE = `usage: node .ci/delivery/deploy-stack.ts --stack NAME [--plan FILE]
  "pulumi up" with the policy pack
  --plan  what was approved, of preview-stack.ts: refused where "up" would do anything else now`

await runCommand(USAGE, async () => {
  const { stack: name, plan: file } = optionsOf(process.argv.slice(2), ['stack', 'plan'])
  if (name === undefined) throw new UsageError('--stack NAME is missing')
  const approved = file === undefined ? undefined : readPlan(file)
  const stack = await openStack(name)
  if (approved) {
    const { events, options } = listening()
    await stack.preview({ ...options, policyPacks: POLICY_PACKS })
    const changed = differences(approved, planOf(name, revision(), events))
    if (changed.length > 0) {
      process.stderr.write(
        `not deployed: the plan is not the one that was approved\n${changed.map(line => `  ${line}\n`).join('')}preview again, and have that approved\n`,
      )
      return FAILED
    }
  }
  await stack.up({
    ...listening().options,
    policyPacks: POLICY_PACKS,
    onOutput: text => void process.stdout.write(text),
  })
  return 0
})

/** @throws UsageError for a file that holds no plan */
function readPlan(file: string): Plan {
  try {
    return Plan.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new UsageError(
      `--plan ${file} holds no plan, write one with preview-stack.ts --plan: ${error.message}`,
      { cause: error },
    )
  }
}
