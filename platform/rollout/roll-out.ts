import type { ServiceDeployment } from '@aws-sdk/client-ecs'
import type { AwsClients } from './aws-clients.ts'
import {
  deploy,
  deploymentHistory,
  describeDeployment,
  describeService,
  findDeployment,
  primaryOf,
  type ServicePlace,
} from './ecs-deployments.ts'
import type { LogPlace } from './log-lines.ts'
import { type Clock, CLOCK, type Patience, spoken, waitFor } from './patience.ts'
import { failureDetails } from './rollout-failure.ts'
import { nextStep, outcomeOf } from './rollout-step.ts'

/** What a rollout is made of; all of it stands in the state. */
export interface RolloutRun extends Patience, ServicePlace {
  region: string
  /** ARN with revision. */
  taskDefinition: string
  /** Whatever else makes ECS deploy the service anew. */
  settings: Readonly<Record<string, unknown>>
  log: LogPlace
}

/**
 * Waits until a service runs a task definition; deploys it where ECS has gone back to another one.
 * @throws Error with what one needs to know, when it was rolled back or the time is over
 */
export async function rollOut(
  run: RolloutRun,
  aws: AwsClients,
  clock: Clock = CLOCK,
): Promise<void> {
  const begun = clock.now()
  const deploymentId = await begin(run, aws, clock)
  if (deploymentId === 'done') return
  if (deploymentId === undefined) throw await failed(run, undefined, aws, clock)
  let arn: string | undefined
  let seen: ServiceDeployment | undefined
  const outcome = await waitFor(
    async () => {
      arn ??= await findDeployment(aws.ecs, run, deploymentId)
      seen = arn === undefined ? undefined : await describeDeployment(aws.ecs, run, arn)
      return outcomeOf(seen?.status)
    },
    { ...run, limitSeconds: run.limitSeconds - (clock.now() - begun) / 1000 },
    clock,
  )
  if (outcome !== 'success') throw await failed(run, seen, aws, clock)
}

/** @returns id of the deployment to watch, if any; undefined when the time is over */
const begin = (run: RolloutRun, aws: AwsClients, clock: Clock): Promise<string | undefined> =>
  waitFor(
    async () => {
      const primary = primaryOf(await describeService(aws.ecs, run))
      const [latest] = await deploymentHistory(aws.ecs, run)
      const step = nextStep(run.taskDefinition, { primary, latest })
      if (step === 'watch') return primary?.id
      if (step === 'deploy') return primaryOf(await deploy(aws.ecs, run, run.taskDefinition))?.id
      return step === 'done' ? step : undefined
    },
    run,
    clock,
  )

async function failed(
  run: RolloutRun,
  deployment: ServiceDeployment | undefined,
  aws: AwsClients,
  clock: Clock,
): Promise<Error> {
  const { status } = deployment ?? {}
  const what =
    outcomeOf(status) === 'failure'
      ? `failed: ${ENDED[status ?? ''] ?? 'ECS gave it up'} (${status})`
      : `was not done after ${spoken(run.limitSeconds)} (${status ?? 'not begun'}); ECS goes on with it`
  const details = await detailsOf(run, deployment, aws, clock)
  return new Error([`rollout of ${run.service} ${what}`, ...details].join('\n'))
}

/** That it failed is said also where the rest can't be read. */
async function detailsOf(
  run: RolloutRun,
  deployment: ServiceDeployment | undefined,
  aws: AwsClients,
  clock: Clock,
): Promise<string[]> {
  const { cluster, service: name, taskDefinition, log, pollSeconds } = run
  try {
    const service = await describeService(aws.ecs, run)
    const details = await failureDetails(
      { place: { cluster, service: name }, taskDefinition, log, deployment, service },
      aws,
      { ...clock, pollSeconds },
    )
    const { runningCount = 0, desiredCount = 0 } = service
    return [
      ...details,
      `  ${runningCount} of ${desiredCount} tasks run. Mend it, then run "pulumi up" again; without a change it tries the same version again`,
    ]
  } catch (error) {
    return [`  why is not known: ${error instanceof Error ? error.message : String(error)}`]
  }
}

const ENDED: Readonly<Record<string, string>> = {
  ROLLBACK_SUCCESSFUL: 'ECS rolled it back, and the version before serves again',
  ROLLBACK_FAILED: 'ECS rolled it back, and the version before does not become healthy either',
  STOPPED: 'ECS stopped it and did not go back to another version',
}
