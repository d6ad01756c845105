import type {
  Deployment,
  ServiceDeploymentBrief,
  ServiceDeploymentStatus,
} from '@aws-sdk/client-ecs'

/** What to do about a service that shall run a task definition. */
export type Step = 'done' | 'watch' | 'wait' | 'deploy'

/** A service as ECS describes it. */
export interface ServiceState {
  /** The deployment that ECS works towards: after a rollback that of the version before. */
  primary: Pick<Deployment, 'taskDefinition' | 'rolloutState'> | undefined
  /** The newest in the service's history; a rollback is part of the one that failed. */
  latest: Pick<ServiceDeploymentBrief, 'status'> | undefined
}

const ROLLING_BACK: ReadonlySet<ServiceDeploymentStatus | undefined> = new Set([
  'ROLLBACK_REQUESTED',
  'ROLLBACK_IN_PROGRESS',
  'STOP_REQUESTED',
])

/**
 * ECS goes back without telling Pulumi, whose state then names a version that does not run: an `up` that changes nothing
 * must still deploy. So the rollout begins with what ECS says, not with what Pulumi did. Pure.
 */
export function nextStep(wanted: string, { primary, latest }: ServiceState): Step {
  // Whatever comes next is easier to follow from a service at rest.
  if (ROLLING_BACK.has(latest?.status)) return 'wait'
  if (primary?.taskDefinition !== wanted) return 'deploy'
  if (primary.rolloutState === 'IN_PROGRESS') return 'watch'
  // A change of settings that was rolled back leaves the same task definition.
  const went = latest?.status === undefined || latest.status === 'SUCCESSFUL'
  return primary.rolloutState === 'COMPLETED' && went ? 'done' : 'deploy'
}

export type Outcome = 'success' | 'failure'

/** Undefined while it is under way. A rollback is waited for: then the version before serves again. */
export function outcomeOf(status: ServiceDeploymentStatus | undefined): Outcome | undefined {
  if (status === 'SUCCESSFUL') return 'success'
  return status === 'ROLLBACK_SUCCESSFUL' || status === 'ROLLBACK_FAILED' || status === 'STOPPED'
    ? 'failure'
    : undefined
}
