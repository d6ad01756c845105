import type { Input } from '@pulumi/pulumi'
import type { Metric } from './alarms.ts'
import { type Chart, type Line, type Row, rowOf } from './dashboard-layout.ts'
import { logNamespace } from './log-metrics.ts'
import { requestMetrics, type ServiceMetrics } from './service-metrics.ts'
import { SLO_PERCENT } from './slo.ts'
import { CLOUDFRONT_REGION } from '../edge/waf.ts'

/** Where the metrics of the whole are found. */
export interface DashboardSources {
  prefix: string
  region: string
  services: readonly ServiceMetrics[]
  edge: {
    distributionId: Input<string>
    loadBalancerArnSuffix: Input<string>
    webAclName: Input<string>
  }
  database: { identifiers: readonly Input<string>[] }
  /** Cache nodes; none: no row. */
  cacheNodes: readonly Input<string>[]
}

export function edgeRow({ edge, region }: DashboardSources): Row {
  const front = (name: string, statistic: string): Metric => ({
    namespace: 'AWS/CloudFront',
    name,
    statistic,
    dimensions: { DistributionId: edge.distributionId, Region: 'Global' },
  })
  const waf = (name: string): Metric => ({
    namespace: 'AWS/WAFV2',
    name,
    statistic: 'Sum',
    dimensions: { WebACL: edge.webAclName, Rule: 'ALL' },
  })
  const balancer = (name: string, statistic: string): Metric => ({
    namespace: 'AWS/ApplicationELB',
    name,
    statistic,
    dimensions: { LoadBalancer: edge.loadBalancerArnSuffix },
  })
  // CloudFront and its WAF report to one region only, whatever the stack's.
  const global = CLOUDFRONT_REGION
  return rowOf('Edge', [
    { title: 'Requests', region: global, lines: [[front('Requests', 'Sum'), 'CloudFront']] },
    {
      title: 'Errors in percent',
      region: global,
      lines: [
        [front('4xxErrorRate', 'Average'), '4xx'],
        [front('5xxErrorRate', 'Average'), '5xx'],
      ],
    },
    {
      title: 'WAF',
      region: global,
      lines: [
        [waf('BlockedRequests'), 'blocked'],
        [waf('CountedRequests'), 'counted'],
      ],
    },
    {
      title: 'Load balancer',
      region,
      lines: [
        [balancer('RequestCount', 'Sum'), 'requests'],
        [balancer('HTTPCode_ELB_5XX_Count', 'Sum'), 'own 5xx'],
        [balancer('ActiveConnectionCount', 'Sum'), 'connections'],
      ],
    },
  ])
}

export function serviceRow(service: ServiceMetrics, { prefix, region }: DashboardSources): Row {
  const { manifest, clusterName, serviceName } = service
  const ecs = (name: string): Metric => ({
    namespace: 'AWS/ECS',
    name,
    statistic: 'Average',
    dimensions: { ClusterName: clusterName, ServiceName: serviceName },
  })
  const charts: Chart[] = [
    ...requestCharts(service, region),
    {
      title: 'CPU and memory in percent',
      region,
      lines: [
        [ecs('CPUUtilization'), 'CPU'],
        [ecs('MemoryUtilization'), 'memory'],
      ],
    },
    ...logCharts(service, prefix, region),
    ...queueCharts(service, region),
  ]
  return rowOf(`${manifest.name}: ${manifest.description}`, charts)
}

function requestCharts(service: ServiceMetrics, region: string): Chart[] {
  const metrics = requestMetrics(service)
  if (!metrics) return []
  const { requests, errors, latency } = metrics
  return [
    {
      title: `Requests (objective ${SLO_PERCENT} %)`,
      region,
      lines: [
        [requests, 'requests'],
        [errors, '5xx'],
      ],
    },
    {
      title: 'Latency in seconds',
      region,
      limit: 1,
      lines: [
        [latency, 'p99'],
        [{ ...latency, statistic: 'p50' }, 'p50'],
      ],
    },
  ]
}

const logCharts = (
  { manifest, logMetrics }: ServiceMetrics,
  prefix: string,
  region: string,
): Chart[] =>
  logMetrics.length === 0
    ? []
    : [
        {
          title: 'Log lines',
          region,
          lines: logMetrics.map((name): Line => [
            {
              namespace: logNamespace(prefix, manifest.name),
              name,
              statistic: 'Sum',
              dimensions: {},
            },
            name,
          ]),
        },
      ]

function queueCharts({ queueName, deadLetterQueueName }: ServiceMetrics, region: string): Chart[] {
  const visible = (queue: Input<string>): Metric => ({
    namespace: 'AWS/SQS',
    name: 'ApproximateNumberOfMessagesVisible',
    statistic: 'Maximum',
    dimensions: { QueueName: queue },
  })
  const lines: Line[] = []
  if (queueName !== undefined) lines.push([visible(queueName), 'waiting'])
  if (deadLetterQueueName !== undefined) lines.push([visible(deadLetterQueueName), 'dead'])
  return lines.length > 0 ? [{ title: 'Events', region, lines }] : []
}

export function databaseRow({ database, region }: DashboardSources): Row {
  const chart = (title: string, name: string, statistic: string): Chart => ({
    title,
    region,
    lines: database.identifiers.map((identifier, index): Line => [
      {
        namespace: 'AWS/RDS',
        name,
        statistic,
        dimensions: { DBInstanceIdentifier: identifier },
      },
      `database ${index + 1}`,
    ]),
  })
  return rowOf('Database', [
    chart('CPU in percent', 'CPUUtilization', 'Average'),
    chart('Connections', 'DatabaseConnections', 'Maximum'),
    chart('Free storage in bytes', 'FreeStorageSpace', 'Minimum'),
    chart('Read latency in seconds', 'ReadLatency', 'Average'),
  ])
}

export function cacheRow({ cacheNodes, region }: DashboardSources): Row {
  const chart = (title: string, name: string, statistic: string): Chart => ({
    title,
    region,
    lines: cacheNodes.map((node, index): Line => [
      { namespace: 'AWS/ElastiCache', name, statistic, dimensions: { CacheClusterId: node } },
      `node ${index + 1}`,
    ]),
  })
  return rowOf('Cache', [
    chart('CPU in percent', 'EngineCPUUtilization', 'Average'),
    chart('Memory in percent', 'DatabaseMemoryUsagePercentage', 'Average'),
    chart('Hit rate in percent', 'CacheHitRate', 'Average'),
    chart('Evictions', 'Evictions', 'Sum'),
  ])
}
