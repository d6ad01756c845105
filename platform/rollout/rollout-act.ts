import { openAws } from './aws-clients.ts'
import type { Act } from './provider-text.ts'
import { rollOut, type RolloutRun } from './roll-out.ts'

/** Runs in Pulumi's process of dynamic providers. */
export const act: Act<RolloutRun> = async run => {
  using aws = openAws(run.region)
  await rollOut(run, aws)
}
