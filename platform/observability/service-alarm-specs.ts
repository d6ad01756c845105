import type { Input } from '@pulumi/pulumi'
import type { AlarmSpec, Metric } from './alarms.ts'
import { requestMetrics, type ServiceMetrics } from './service-metrics.ts'

const MINUTE = 60
const FIVE_MINUTES = 300

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

// Missing data say nothing about load: the alarm shows that it does not know.
const LASTING = { periodSeconds: MINUTE, periods: [10, 15], missing: 'missing' } as const

const ofTasks = (
  { clusterName, serviceName }: ServiceMetrics,
  metric: Pick<Metric, 'namespace' | 'name' | 'statistic'>,
): Metric => ({ ...metric, dimensions: { ClusterName: clusterName, ServiceName: serviceName } })

/** Alarms about the load of the tasks. */
export function loadSpecs(service: ServiceMetrics): AlarmSpec[] {
  const { name } = service.manifest
  const average = (metric: string) =>
    ofTasks(service, { namespace: 'AWS/ECS', name: metric, statistic: 'Average' })
  return [
    {
      key: 'cpu',
      description: `${name}: CPU above 90 % although it scales. Raise scale.max or size.vcpu.`,
      metrics: average('CPUUtilization'),
      above: 90,
      ...LASTING,
    },
    {
      key: 'memory',
      description: `${name}: memory above 85 %; at 100 % the task is killed. Look for a leak, or raise size.memoryMiB.`,
      metrics: average('MemoryUtilization'),
      above: 85,
      ...LASTING,
    },
  ]
}

export interface TaskCount {
  /** The fewest tasks that should run at any time. */
  smallest: number
  /** Whether Container Insights counts tasks; it costs more than all alarms together. */
  containerInsights: boolean
}

/** The alarm about tasks that do not stay. Without Container Insights none for a service that may have no task. */
export function restartSpecs(
  service: ServiceMetrics,
  { smallest, containerInsights }: TaskCount,
): AlarmSpec[] {
  const insight = (metric: string) =>
    ofTasks(service, { namespace: 'ECS/ContainerInsights', name: metric, statistic: 'Minimum' })
  const common = {
    key: 'restarts',
    description: `${service.manifest.name}: fewer tasks run than should, for 10 minutes: they end and start again, or can not start. Look at the stopped tasks.`,
    above: 0,
    ...LASTING,
  }
  if (containerInsights)
    return [
      {
        ...common,
        metrics: {
          of: { desired: insight('DesiredTaskCount'), running: insight('RunningTaskCount') },
          expression: 'desired - running',
        },
      },
    ]
  if (smallest === 0) return []
  // Each task sends one sample a minute. Source: ECS Developer Guide, "Service RUNNING task count".
  const running = ofTasks(service, {
    namespace: 'AWS/ECS',
    name: 'CPUUtilization',
    statistic: 'SampleCount',
  })
  return [
    {
      ...common,
      metrics: { of: { running }, expression: `${smallest} - running` },
      missing: 'breaching', // no task, no sample
    },
  ]
}

const ofQueue = (queue: Input<string>, name: string): Metric => ({
  namespace: 'AWS/SQS',
  name,
  statistic: 'Maximum',
  dimensions: { QueueName: queue },
})

/** The alarm about events that wait; none for a service that consumes none. */
export const queueSpecs = ({ manifest, queueName }: ServiceMetrics): AlarmSpec[] =>
  queueName === undefined
    ? []
    : [
        {
          key: 'queue-age',
          description: `${manifest.name}: an event has waited for more than 5 minutes. Look at its log, and whether it scales.`,
          metrics: ofQueue(queueName, 'ApproximateAgeOfOldestMessage'),
          above: FIVE_MINUTES,
          periodSeconds: MINUTE,
          periods: [3, 5],
          missing: 'notBreaching', // SQS sends nothing about a queue that was empty for 6 hours
        },
      ]

/** The alarm about events that nobody could handle. */
export const deadLetterSpecs = ({ manifest, deadLetterQueueName }: ServiceMetrics): AlarmSpec[] =>
  deadLetterQueueName === undefined
    ? []
    : [
        {
          key: 'dead-letters',
          description: `${manifest.name}: an event failed for good. Find its error in the log, mend it, then redrive the queue.`,
          metrics: ofQueue(deadLetterQueueName, 'ApproximateNumberOfMessagesVisible'),
          above: 0,
          periodSeconds: MINUTE,
          periods: [1, 1],
          missing: 'notBreaching',
        },
      ]
