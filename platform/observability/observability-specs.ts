import type { Input } from '@pulumi/pulumi'
import type { AlarmSpec, Metric } from './alarms.ts'

const FIVE_MINUTES = 300
const GIB = 1024 ** 3
/** Most of what a small instance takes; a larger one says so in `maxConnections`. */
const DEFAULT_CONNECTIONS = 100

const instance = (identifier: Input<string>, name: string, statistic: string): Metric => ({
  namespace: 'AWS/RDS',
  name,
  statistic,
  dimensions: { DBInstanceIdentifier: identifier },
})

/** Alarms of one database instance. */
export function databaseSpecs(
  identifier: Input<string>,
  maxConnections = DEFAULT_CONNECTIONS,
): AlarmSpec[] {
  const lasting = { periodSeconds: FIVE_MINUTES, periods: [3, 3] } as const
  return [
    {
      key: 'cpu',
      description: 'Database: CPU above 80 % for 15 minutes. Look at Performance Insights.',
      metrics: instance(identifier, 'CPUUtilization', 'Average'),
      above: 80,
      ...lasting,
      missing: 'missing', // says nothing about load; a database that is gone shows as 5xx
    },
    {
      key: 'storage',
      description: 'Database: less than 2 GiB are free; storage autoscaling did not keep up.',
      metrics: {
        of: { free: instance(identifier, 'FreeStorageSpace', 'Minimum') },
        expression: `${2 * GIB} - free`,
      },
      above: 0,
      ...lasting,
      missing: 'missing',
    },
    {
      key: 'connections',
      description: `Database: more than 80 % of ${maxConnections} connections are open.`,
      metrics: instance(identifier, 'DatabaseConnections', 'Maximum'),
      above: Math.floor(maxConnections * 0.8),
      ...lasting,
      missing: 'missing',
    },
  ]
}

/** More alarms of a database instance that is a replica. */
export function replicaSpecs(identifier: Input<string>): AlarmSpec[] {
  const lasting = { periodSeconds: FIVE_MINUTES, periods: [3, 3] } as const
  return [
    {
      key: 'replica-lag',
      description: 'Database: the replica is more than 30 seconds behind.',
      metrics: instance(identifier, 'ReplicaLag', 'Average'),
      above: 30,
      ...lasting,
      missing: 'missing',
    },
  ]
}

/** Alarms of one cache node. */
export function cacheSpecs(node: Input<string>): AlarmSpec[] {
  const metric = (name: string, statistic: string): Metric => ({
    namespace: 'AWS/ElastiCache',
    name,
    statistic,
    dimensions: { CacheClusterId: node },
  })
  const lasting = { periodSeconds: FIVE_MINUTES, periods: [3, 3] } as const
  return [
    {
      key: 'cpu',
      description: 'Cache: the engine uses more than 80 % of its core for 15 minutes.',
      metrics: metric('EngineCPUUtilization', 'Average'),
      above: 80,
      ...lasting,
      missing: 'missing', // says nothing about load
    },
    {
      key: 'memory',
      description: 'Cache: more than 80 % of the memory is used. Take a larger node.',
      metrics: metric('DatabaseMemoryUsagePercentage', 'Average'),
      above: 80,
      ...lasting,
      missing: 'missing',
    },
    {
      key: 'evictions',
      description: 'Cache: it drops entries to make room. Take a larger node.',
      metrics: metric('Evictions', 'Sum'),
      above: 100,
      ...lasting,
      missing: 'notBreaching', // nothing dropped, nothing reported
    },
  ]
}

/**
 * Alarms of the way in. CloudFront's own metrics are in us-east-1 only, where the stack has no topic: the load balancer tells
 * the same from behind it.
 */
export function edgeSpecs(loadBalancerArnSuffix: Input<string>): AlarmSpec[] {
  return [
    {
      key: '5xx',
      description:
        'Edge: the load balancer itself answers 5xx: no healthy task, or one that cuts connections.',
      metrics: {
        namespace: 'AWS/ApplicationELB',
        name: 'HTTPCode_ELB_5XX_Count',
        statistic: 'Sum',
        dimensions: { LoadBalancer: loadBalancerArnSuffix },
      },
      above: 10,
      periodSeconds: FIVE_MINUTES,
      periods: [1, 1],
      missing: 'notBreaching', // no failures, no data
    },
  ]
}
