import * as aws from '@pulumi/aws'
import type { CustomResourceOptions, Input } from '@pulumi/pulumi'
import { NAME_LIMITS, physicalName } from '../names.ts'

/** One metric, as CloudWatch names it. */
export interface Metric {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, Input<string>>>
  /** `Sum`, `Average`, `Maximum`, `Minimum`, `p99` */
  readonly statistic: string
}

/** What CloudWatch does when a period has no data. */
export type Missing = 'notBreaching' | 'breaching' | 'missing' | 'ignore'

/** An alarm without its resource: what it watches, and when it speaks. */
export interface AlarmSpec {
  /** Last part of its name: `5xx-rate`. */
  readonly key: string
  /** For the person who is woken: what it means and where to look. */
  readonly description: string
  /** One metric, or several and an expression over their ids: `100 * errors / requests`. */
  readonly metrics:
    | Metric
    | { readonly of: Readonly<Record<string, Metric>>; readonly expression: string }
  readonly above: number
  readonly periodSeconds: number
  /** Breaching periods out of how many: [3, 5]. */
  readonly periods: readonly [breaching: number, of: number]
  readonly missing: Missing
}

/**
 * `basic`: what rolls a deployment back, and what says that something is lost or gone. `all` has besides what says that it
 * soon may be: load, waiting events, errors in the log, and the objectives.
 */
export type AlarmSet = 'all' | 'basic'

/** @param scope middle part of the name, a service or a part of the platform: `users` */
export const alarmName = (prefix: string, scope: string, key: string): string =>
  physicalName([prefix, scope, key], NAME_LIMITS.alarm)

/** Makes the alarm; `topicArn` is told when it begins and when it ends. */
export function createAlarm(
  logicalName: string,
  spec: AlarmSpec,
  { name, topicArn }: { name: string; topicArn?: Input<string> },
  opts: CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  const [datapointsToAlarm, evaluationPeriods] = spec.periods
  return new aws.cloudwatch.MetricAlarm(
    logicalName,
    {
      name,
      alarmDescription: spec.description,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: spec.above,
      datapointsToAlarm,
      evaluationPeriods,
      treatMissingData: spec.missing,
      ...(topicArn !== undefined && { alarmActions: [topicArn], okActions: [topicArn] }),
      ...watched(spec),
    },
    opts,
  )
}

function watched({ metrics, periodSeconds }: AlarmSpec) {
  if ('expression' in metrics)
    return {
      metricQueries: [
        { id: 'result', expression: metrics.expression, returnData: true },
        ...Object.entries(metrics.of).map(([id, { name, namespace, dimensions, statistic }]) => ({
          id,
          metric: {
            metricName: name,
            namespace,
            dimensions: { ...dimensions },
            stat: statistic,
            period: periodSeconds,
          },
        })),
      ],
    }
  const { name, namespace, dimensions, statistic } = metrics
  return {
    metricName: name,
    namespace,
    dimensions: { ...dimensions },
    period: periodSeconds,
    ...(/^p\d/.test(statistic)
      ? // Few requests make a percentile jump: then the last state stays.
        { extendedStatistic: statistic, evaluateLowSampleCountPercentiles: 'ignore' }
      : { statistic }),
  }
}
