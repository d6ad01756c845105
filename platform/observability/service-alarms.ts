import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { alarmName, type AlarmSet, type AlarmSpec, createAlarm } from './alarms.ts'
import { LOG_METRICS, logNamespace, logSpecs } from './log-metrics.ts'
import {
  deadLetterSpecs,
  deploymentSpecs,
  loadSpecs,
  queueSpecs,
  restartSpecs,
  type TaskCount,
} from './service-alarm-specs.ts'
import type { ServiceMetrics } from './service-metrics.ts'

export interface ServiceAlarmsArgs extends ServiceMetrics {
  /** First part of every physical name: `shop-dev`. */
  prefix: string
  logGroupName: pulumi.Input<string>
  alarmSet: AlarmSet
  tasks: TaskCount
  /** Who is told. */
  topicArn: pulumi.Input<string>
}

/**
 * Alarms of one service, made from its manifest, and the log metrics that they need. The alarms know the service by its name,
 * not as a resource: they exist before it, because its deployments watch them. About 2 USD a month: up to 10 alarms at 0.10
 * per metric and 2 log metrics at 0.30; half a dollar where only the basic ones are wanted.
 */
export class ServiceAlarms extends pulumi.ComponentResource {
  /** Names of the alarms on which ECS may roll a deployment back; none without public routes. */
  readonly deploymentAlarmNames: readonly pulumi.Output<string>[]

  constructor(name: string, args: ServiceAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:ServiceAlarms', name, {}, opts)
    const { prefix, manifest, logMetrics } = args
    this.#countLogLines(name, args)
    this.deploymentAlarmNames = this.#alarms(name, deploymentSpecs(args), args)
    this.#alarms(name, [...restartSpecs(args, args.tasks), ...deadLetterSpecs(args)], args)
    if (args.alarmSet === 'all') this.#alarms(name, [...loadSpecs(args), ...queueSpecs(args)], args)
    this.#alarms(name, logSpecs(prefix, manifest, logMetrics), args)
    this.registerOutputs({ deploymentAlarmNames: this.deploymentAlarmNames })
  }

  #alarms(
    name: string,
    specs: readonly AlarmSpec[],
    { prefix, manifest, topicArn }: ServiceAlarmsArgs,
  ): pulumi.Output<string>[] {
    return specs.map(spec => {
      const physical = alarmName(prefix, manifest.name, spec.key)
      return createAlarm(
        `${name}-${spec.key}`,
        spec,
        { name: physical, topicArn },
        { parent: this },
      ).name
    })
  }

  #countLogLines(
    name: string,
    { prefix, manifest, logGroupName, logMetrics }: ServiceAlarmsArgs,
  ): void {
    for (const metric of logMetrics)
      new aws.cloudwatch.LogMetricFilter(
        `${name}-count-${metric}`,
        {
          name: metric,
          logGroupName,
          pattern: LOG_METRICS[metric],
          metricTransformation: {
            namespace: logNamespace(prefix, manifest.name),
            name: metric,
            value: '1',
            defaultValue: '0',
          },
        },
        { parent: this },
      )
  }
}
