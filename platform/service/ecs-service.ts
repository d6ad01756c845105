import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { capacityOf } from './capacity.ts'
import { SERVICE_PORT } from './ports.ts'
import type { ServiceArgs } from './service-args.ts'

export interface EcsServiceParts {
  task: aws.ecs.TaskDefinition
  securityGroup: aws.ec2.SecurityGroup
  /** Undefined where no load balancer sends requests. */
  routing: { targetGroup: aws.lb.TargetGroup; rules: aws.lb.ListenerRule[] } | undefined
  /** An alarm among these during a rollout takes it back. */
  alarmNames: readonly pulumi.Input<string>[]
  /** What tasks need when they start; its migrations too. */
  before: readonly pulumi.Resource[]
}

export interface EcsService {
  service: aws.ecs.Service
  /** All that makes ECS deploy the service when it changes, but for the task definition. */
  settings: pulumi.Inputs
}

/** Seconds in which a new task may be unhealthy at the load balancer. */
const GRACE_SECONDS = 60

/**
 * Keeps the service's tasks running and replaces them in a rollout: new ones first, and back to the old ones when the
 * new ones do not become healthy or an alarm goes off.
 */
export function createEcsService(
  name: string,
  args: ServiceArgs,
  parts: EcsServiceParts,
  opts: pulumi.CustomResourceOptions,
): EcsService {
  const { manifest, config, cluster, events, callees } = args
  const settings = settingsOf(args, parts)
  const service = new aws.ecs.Service(
    `${name}-service`,
    {
      name: manifest.name,
      cluster: cluster.arn,
      taskDefinition: parts.task.arn,
      desiredCount: config.min,
      forceNewDeployment: true,
      ...settings,
    },
    {
      ...opts,
      // Autoscaling decides how many there are.
      ignoreChanges: ['desiredCount'],
      // A target group needs its rule first; names are resolved when a task starts, so callees are there before; and an
      // event that is published before its consumer has subscribed is lost.
      dependsOn: [
        ...parts.before,
        ...(parts.routing?.rules ?? []),
        ...[...callees.values()].map(callee => callee.service),
        ...(manifest.publishes.length > 0
          ? [...events.queues.values()].map(({ subscription }) => subscription)
          : []),
      ],
    },
  )
  return { service, settings }
}

const settingsOf = (
  { manifest, cluster, network, spotPercent, exec }: ServiceArgs,
  { securityGroup, routing, alarmNames }: EcsServiceParts,
) => ({
  capacityProviderStrategies: capacityOf(spotPercent),
  platformVersion: 'LATEST',
  networkConfiguration: {
    subnets: network.privateSubnetIds,
    securityGroups: [securityGroup.id],
    assignPublicIp: false,
  },
  deploymentMinimumHealthyPercent: 100,
  deploymentMaximumPercent: 200,
  deploymentCircuitBreaker: { enable: true, rollback: true },
  ...(alarmNames.length > 0 && {
    alarms: { alarmNames: [...alarmNames], enable: true, rollback: true },
  }),
  availabilityZoneRebalancing: 'ENABLED',
  enableExecuteCommand: exec,
  enableEcsManagedTags: true,
  propagateTags: 'SERVICE',
  serviceConnectConfiguration: serviceConnect(manifest.name, cluster.namespaceArn),
  ...(routing && {
    loadBalancers: [
      {
        targetGroupArn: routing.targetGroup.arn,
        containerName: manifest.name,
        containerPort: SERVICE_PORT,
      },
    ],
    healthCheckGracePeriodSeconds: GRACE_SECONDS,
  }),
})

/** Makes the service known as `http://NAME:8080` and lets it find the others. */
const serviceConnect = (service: string, namespace: pulumi.Input<string>) => ({
  enabled: true,
  namespace,
  services: [
    {
      portName: service,
      discoveryName: service,
      clientAlias: [{ port: SERVICE_PORT, dnsName: service }],
    },
  ],
})
