import * as pulumi from '@pulumi/pulumi'
import type { LogPlace } from './log-lines.ts'
import { providerText } from './provider-text.ts'
import type { RolloutRun } from './roll-out.ts'

export type RolloutArgs = Omit<
  { [K in keyof RolloutRun]: pulumi.Input<RolloutRun[K]> },
  'log' | 'pollSeconds' | 'limitSeconds'
> & {
  log: { [K in keyof LogPlace]: pulumi.Input<string> }
  /** @default 10 */
  pollSeconds?: number
  /** An alarm's bake time is part of it. @default 2400 */
  limitSeconds?: number
}

const PROVIDER = providerText('rollout-act.ts', [
  'cluster',
  'service',
  'taskDefinition',
  'settings',
])

/**
 * The end of a service's rollout: made when ECS has it healthy with this task definition. When ECS takes the rollout back
 * or the time is over, `pulumi up` fails and says why; the next one deploys again, also without a change. Free.
 */
export class Rollout extends pulumi.CustomResource {
  constructor(name: string, args: RolloutArgs, opts: pulumi.CustomResourceOptions) {
    super(
      'pulumi-nodejs:dynamic/rollout:Rollout',
      name,
      { pollSeconds: 10, limitSeconds: 2400, ...args, __provider: PROVIDER },
      opts,
    )
  }
}
