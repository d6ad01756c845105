import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { ServiceConfig } from '../config/service-config.ts'

export interface ServiceScalingArgs {
  clusterName: string
  serviceName: pulumi.Input<string>
  config: Pick<ServiceConfig, 'min' | 'max' | 'cpuPercent' | 'requestsPerTarget' | 'schedules'>
  /** `app/NAME/ID/targetgroup/NAME/ID`; undefined where no load balancer sends requests. */
  requestLabel: pulumi.Input<string> | undefined
}

const MEMORY_PERCENT = 75
const SCALE_OUT_SECONDS = 60
const SCALE_IN_SECONDS = 300

type Bounds = Pick<ServiceConfig, 'min' | 'max' | 'schedules'>

/** The bounds of every time of the week. */
const boundsOf = ({ min, max, schedules }: Bounds) => [{ min, max }, ...Object.values(schedules)]

/** The fewest tasks that the service has at any time. */
export const smallestCount = (config: Bounds): number =>
  Math.min(...boundsOf(config).map(({ min }) => min))

/**
 * Keeps a service between its bounds by CPU, memory and requests for each task, and by the clock. Each of the three costs
 * 0.20 USD a month for the alarms that AWS makes of it; a service whose bounds leave no room has none.
 */
export function createScaling(
  name: string,
  { clusterName, serviceName, config, requestLabel }: ServiceScalingArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  const target = new aws.appautoscaling.Target(
    `${name}-scaling`,
    {
      serviceNamespace: 'ecs',
      scalableDimension: 'ecs:service:DesiredCount',
      resourceId: pulumi.interpolate`service/${clusterName}/${serviceName}`,
      minCapacity: config.min,
      maxCapacity: config.max,
    },
    // The clock changes the bounds between deployments.
    Object.keys(config.schedules).length > 0
      ? pulumi.mergeOptions(opts, { ignoreChanges: ['minCapacity', 'maxCapacity'] })
      : opts,
  )
  const place = {
    serviceNamespace: target.serviceNamespace,
    scalableDimension: target.scalableDimension,
    resourceId: target.resourceId,
  }
  const follow = (
    suffix: string,
    targetValue: number,
    metric: aws.types.input.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
  ) =>
    new aws.appautoscaling.Policy(
      `${name}-scaling-${suffix}`,
      {
        ...place,
        name: `${name}-${suffix}`,
        policyType: 'TargetTrackingScaling',
        targetTrackingScalingPolicyConfiguration: {
          targetValue,
          predefinedMetricSpecification: metric,
          scaleOutCooldown: SCALE_OUT_SECONDS,
          scaleInCooldown: SCALE_IN_SECONDS,
        },
      },
      opts,
    )
  if (boundsOf(config).some(({ min, max }) => max > min)) {
    follow('cpu', config.cpuPercent, { predefinedMetricType: 'ECSServiceAverageCPUUtilization' })
    follow('memory', MEMORY_PERCENT, { predefinedMetricType: 'ECSServiceAverageMemoryUtilization' })
    if (requestLabel !== undefined)
      follow('requests', config.requestsPerTarget, {
        predefinedMetricType: 'ALBRequestCountPerTarget',
        resourceLabel: requestLabel,
      })
  }
  for (const [schedule, { cron, timezone, min, max }] of Object.entries(config.schedules))
    new aws.appautoscaling.ScheduledAction(
      `${name}-schedule-${schedule}`,
      {
        ...place,
        name: `${name}-${schedule}`,
        schedule: `cron(${cron})`,
        timezone,
        scalableTargetAction: { minCapacity: min, maxCapacity: max },
      },
      opts,
    )
}
