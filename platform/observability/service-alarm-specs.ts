import type { Input } from '@pulumi/pulumi'
import type { AnyManifest } from '../../apps/shared/manifest.ts'
import type { AlarmSpec, Metric } from './alarms.ts'

/** Where one service's metrics are found. */
export interface ServiceMetrics {
  readonly manifest: AnyManifest
  readonly clusterName: Input<string>
  readonly serviceName: Input<string>
  readonly loadBalancerArnSuffix: Input<string>
  /** None: the service has no public routes. */
  readonly targetGroupArnSuffix?: Input<string> | undefined
  readonly queueName?: Input<string> | undefined
  readonly deadLetterQueueName?: Input<string> | undefined
}

/** Log lines that become metrics; the patterns fit `apps/shared/log.ts` and what `pg` says when its pool is used up. */
export const LOG_METRICS = {
  Errors: '{ ($.level = "error") || ($.level = "fatal") }',
  PoolExhausted:
    '{ ($.err.message = "*timeout exceeded when trying to connect*") || ($.err.cause.message = "*timeout exceeded when trying to connect*") }',
} as const

export type LogMetric = keyof typeof LOG_METRICS

/** Which of them say something about this service. */
export const logMetricsOf = ({ needs }: AnyManifest): LogMetric[] =>
  needs.database ? ['Errors', 'PoolExhausted'] : ['Errors']

/** Namespace of a service's log metrics: `shop-dev/users`. */
export const logNamespace = (prefix: string, service: string): string => `${prefix}/${service}`

const MINUTE = 60
const FIVE_MINUTES = 300

/** Load balancer's view of a service; undefined without public routes. */
export function requestMetrics({ loadBalancerArnSuffix, targetGroupArnSuffix }: ServiceMetrics) {
  if (targetGroupArnSuffix === undefined) return undefined
  const of = (name: string, statistic: string): Metric => ({
    namespace: 'AWS/ApplicationELB',
    name,
    statistic,
    dimensions: { LoadBalancer: loadBalancerArnSuffix, TargetGroup: targetGroupArnSuffix },
  })
  return {
    requests: of('RequestCount', 'Sum'),
    errors: of('HTTPCode_Target_5XX_Count', 'Sum'),
    latency: of('TargetResponseTime', 'p99'),
    unhealthy: of('UnHealthyHostCount', 'Maximum'),
  }
}

/** Alarms that may roll a deployment back: what a client sees of a bad version. */
export function deploymentSpecs(service: ServiceMetrics): AlarmSpec[] {
  const metrics = requestMetrics(service)
  if (!metrics) return []
  const { name } = service.manifest
  const { requests, errors, latency, unhealthy } = metrics
  return [
    {
      key: '5xx-rate',
      description: `${name}: more than 5 % of the requests fail. Look at its log for level error.`,
      metrics: {
        of: { requests, errors },
        // Of a handful of requests a single failure is a large share.
        expression: 'IF(requests >= 20, 100 * FILL(errors, 0) / requests, 0)',
      },
      above: 5,
      periodSeconds: MINUTE,
      periods: [3, 5],
      missing: 'notBreaching', // no requests, no failures
    },
    {
      key: 'p99-latency',
      description: `${name}: one request in a hundred takes longer than a second.`,
      metrics: latency,
      above: 1,
      periodSeconds: MINUTE,
      periods: [3, 5],
      missing: 'notBreaching', // no requests, none slow
    },
    {
      key: 'unhealthy-hosts',
      description: `${name}: a task does not answer /ready. Look at its log and at the stopped tasks.`,
      metrics: unhealthy,
      above: 0,
      periodSeconds: MINUTE,
      periods: [3, 5],
      missing: 'notBreaching', // no task registered: desired count 0, or before the first rollout
    },
  ]
}

/** Alarms about the tasks themselves. */
export function taskSpecs({
  manifest: { name },
  clusterName,
  serviceName,
}: ServiceMetrics): AlarmSpec[] {
  const dimensions = { ClusterName: clusterName, ServiceName: serviceName }
  const ecs = (metric: string): Metric => ({
    namespace: 'AWS/ECS',
    name: metric,
    statistic: 'Average',
    dimensions,
  })
  const insight = (metric: string): Metric => ({
    namespace: 'ECS/ContainerInsights',
    name: metric,
    statistic: 'Minimum',
    dimensions,
  })
  // Missing data say nothing about load: the alarm shows that it does not know.
  const lasting = { periodSeconds: MINUTE, periods: [10, 15], missing: 'missing' } as const
  return [
    {
      key: 'cpu',
      description: `${name}: CPU above 90 % although it scales. Raise scale.max or size.vcpu.`,
      metrics: ecs('CPUUtilization'),
      above: 90,
      ...lasting,
    },
    {
      key: 'memory',
      description: `${name}: memory above 85 %; at 100 % the task is killed. Look for a leak, or raise size.memoryMiB.`,
      metrics: ecs('MemoryUtilization'),
      above: 85,
      ...lasting,
    },
    {
      key: 'restarts',
      description: `${name}: fewer tasks run than should, for 10 minutes: they end and start again, or can not start. Look at the stopped tasks.`,
      metrics: {
        of: { desired: insight('DesiredTaskCount'), running: insight('RunningTaskCount') },
        expression: 'desired - running',
      },
      above: 0,
      ...lasting,
    },
  ]
}

/** Alarms about the events that a service consumes. */
export function queueSpecs({
  manifest: { name },
  queueName,
  deadLetterQueueName,
}: ServiceMetrics): AlarmSpec[] {
  const metric = (queue: Input<string>, metric: string): Metric => ({
    namespace: 'AWS/SQS',
    name: metric,
    statistic: 'Maximum',
    dimensions: { QueueName: queue },
  })
  const specs: AlarmSpec[] = []
  // SQS sends nothing about a queue that was empty for 6 hours.
  if (queueName !== undefined)
    specs.push({
      key: 'queue-age',
      description: `${name}: an event has waited for more than 5 minutes. Look at its log, and whether it scales.`,
      metrics: metric(queueName, 'ApproximateAgeOfOldestMessage'),
      above: FIVE_MINUTES,
      periodSeconds: MINUTE,
      periods: [3, 5],
      missing: 'notBreaching',
    })
  if (deadLetterQueueName !== undefined)
    specs.push({
      key: 'dead-letters',
      description: `${name}: an event failed for good. Find its error in the log, mend it, then redrive the queue.`,
      metrics: metric(deadLetterQueueName, 'ApproximateNumberOfMessagesVisible'),
      above: 0,
      periodSeconds: MINUTE,
      periods: [1, 1],
      missing: 'notBreaching',
    })
  return specs
}

/** Alarms about what the service logs. */
export function logSpecs(prefix: string, { name, needs }: AnyManifest): AlarmSpec[] {
  const metric = (metric: LogMetric): Metric => ({
    namespace: logNamespace(prefix, name),
    name: metric,
    statistic: 'Sum',
    dimensions: {},
  })
  // A service that logs nothing has logged no error.
  const rule = { periodSeconds: FIVE_MINUTES, periods: [1, 1], missing: 'notBreaching' } as const
  const errors: AlarmSpec = {
    key: 'errors',
    description: `${name}: more than 20 lines of level error in 5 minutes.`,
    metrics: metric('Errors'),
    above: 20,
    ...rule,
  }
  const pool: AlarmSpec = {
    key: 'pool-exhausted',
    description: `${name}: requests wait in vain for a database connection. Look for slow statements, or raise the pool.`,
    metrics: metric('PoolExhausted'),
    above: 0,
    ...rule,
  }
  return needs.database ? [errors, pool] : [errors]
}
