import * as pulumi from '@pulumi/pulumi'
import type { LogPlace } from './log-lines.ts'
import { providerText } from './provider-text.ts'
import type { MigrationRun } from './run-migration.ts'

export type MigrationArgs = Omit<
  { [K in keyof MigrationRun]: pulumi.Input<MigrationRun[K]> },
  'subnets' | 'securityGroups' | 'log' | 'pollSeconds' | 'limitSeconds'
> & {
  subnets: pulumi.Input<string>[]
  securityGroups: pulumi.Input<string>[]
  log: { [K in keyof LogPlace]: pulumi.Input<string> }
  /** @default 5 */
  pollSeconds?: number
  /** Then the task is stopped. @default 1800 */
  limitSeconds?: number
}

const PROVIDER = providerText('migration-act.ts', ['cluster', 'taskDefinition'])

/**
 * The migrations of one version of a service, done once: a task of its image, before the service is touched. When they
 * fail, so does `pulumi up`, and what depends on this waits: the version before keeps serving. The next `up` runs them
 * again. About a minute of the smallest Fargate task.
 */
export class Migration extends pulumi.CustomResource {
  constructor(name: string, args: MigrationArgs, opts: pulumi.CustomResourceOptions) {
    super(
      'pulumi-nodejs:dynamic/rollout:Migration',
      name,
      { pollSeconds: 5, limitSeconds: 1800, ...args, __provider: PROVIDER },
      opts,
    )
  }
}
