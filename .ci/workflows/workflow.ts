import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const Values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

export const Step = z.object({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  if: z.string().optional(),
  with: Values.default({}),
  env: Values.default({}),
})
export type Step = z.infer<typeof Step>

const Job = z.object({
  'timeout-minutes': z.number().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  environment: z.string().optional(),
  concurrency: z.unknown().optional(),
  env: Values.default({}),
  steps: z.array(Step),
})

const Workflow = z.object({
  on: z.unknown().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  concurrency: z.unknown().optional(),
  env: Values.default({}),
  jobs: z.record(z.string(), Job),
})
export type Workflow = z.infer<typeof Workflow>

const FOLDER = join(import.meta.dirname, '..', '..', '.github')

/** Names of the workflows. */
export const workflowNames = (): string[] =>
  readdirSync(join(FOLDER, 'workflows')).map(file => file.replace(/\.yml$/, ''))

/** @param name such as check @throws Error for a file that is not there or is no workflow */
export const readWorkflow = (name: string): Workflow =>
  Workflow.parse(parse(readFileSync(join(FOLDER, 'workflows', `${name}.yml`), 'utf8')))

/** Steps of our own action, which stands for them in a workflow. */
export const preparation = (): Step[] =>
  z
    .object({ runs: z.object({ steps: z.array(Step) }) })
    .parse(parse(readFileSync(join(FOLDER, 'actions', 'prepare', 'action.yml'), 'utf8'))).runs.steps
