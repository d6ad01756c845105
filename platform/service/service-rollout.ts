import type * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { createEcsService, type EcsServiceParts } from './ecs-service.ts'
import { Migration } from '../rollout/migration.ts'
import { Rollout } from '../rollout/rollout.ts'
import type { ServiceArgs } from './service-args.ts'

export interface ServiceRolloutParts extends Omit<EcsServiceParts, 'task'> {
  tasks: { service: aws.ecs.TaskDefinition; migration: aws.ecs.TaskDefinition | undefined }
  log: aws.cloudwatch.LogGroup
}

/**
 * The order of a deployment: migrations, then the service with its new tasks, then the wait until ECS has them healthy.
 * The first and the last ask AWS while `pulumi up` runs, so a stack that leaves both to somebody else has neither.
 */
export function rollOutService(
  name: string,
  args: ServiceArgs,
  { tasks, log, ...parts }: ServiceRolloutParts,
  opts: pulumi.CustomResourceOptions,
): aws.ecs.Service {
  const { account, cluster, manifest, network, rollouts } = args
  const waits = rollouts === 'wait'
  const place = { region: account.region, cluster: cluster.name, service: manifest.name }
  const logOf = (prefix: 'service' | 'migrate') => ({
    group: log.name,
    prefix,
    container: manifest.name,
  })
  const migration =
    waits &&
    tasks.migration &&
    new Migration(
      `${name}-migrated`,
      {
        ...place,
        log: logOf('migrate'),
        taskDefinition: tasks.migration.arn,
        subnets: network.privateSubnetIds,
        securityGroups: [parts.securityGroup.id],
      },
      { ...opts, dependsOn: [...parts.before] },
    )
  const { service, settings } = createEcsService(
    name,
    args,
    {
      ...parts,
      task: tasks.service,
      before: migration ? [...parts.before, migration] : parts.before,
    },
    opts,
  )
  if (!waits) return service
  new Rollout(
    `${name}-rollout`,
    { ...place, log: logOf('service'), taskDefinition: tasks.service.arn, settings },
    { ...opts, dependsOn: [service] },
  )
  return service
}
