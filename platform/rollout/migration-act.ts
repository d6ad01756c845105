import { openAws } from './aws-clients.ts'
import type { Act } from './provider-text.ts'
import { type MigrationRun, runMigration } from './run-migration.ts'

/** Runs in Pulumi's process of dynamic providers. */
export const act: Act<MigrationRun> = async run => {
  using aws = openAws(run.region)
  await runMigration(run, aws)
}
