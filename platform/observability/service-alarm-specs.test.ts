import { expect, test } from 'vitest'
import { type AnyManifest, defineService } from '../../apps/shared/manifest.ts'
import { logTo } from '../../apps/shared/process/log.ts'
import { LOG_METRICS, logMetricsOf, logSpecs } from './log-metrics.ts'
import {
  deadLetterSpecs,
  deploymentSpecs,
  loadSpecs,
  queueSpecs,
  restartSpecs,
} from './service-alarm-specs.ts'

const service = (change: Partial<AnyManifest> = {}): AnyManifest => ({
  ...defineService({ name: 'orders', description: 'Orders', routes: ['/orders'] }),
  ...change,
})
const place = {
  clusterName: 'shop-dev',
  serviceName: 'orders',
  loadBalancerArnSuffix: 'app/shop-dev-edge/1',
  logMetrics: [],
}
const reached = { manifest: service(), ...place, targetGroupArnSuffix: 'targetgroup/orders/1' }
const keys = (specs: { key: string }[]) => specs.map(({ key }) => key)

test('a deployment is judged by what its clients see: failures, latency, health', () => {
  expect(keys(deploymentSpecs(reached))).toEqual(['5xx-rate', 'p99-latency', 'unhealthy-hosts'])
  expect(deploymentSpecs({ manifest: service(), ...place })).toEqual([])
})

test('every alarm about requests watches this service behind this load balancer', () => {
  for (const { metrics } of deploymentSpecs(reached))
    for (const metric of 'of' in metrics ? Object.values(metrics.of) : [metrics])
      expect(metric.dimensions).toEqual({
        LoadBalancer: 'app/shop-dev-edge/1',
        TargetGroup: 'targetgroup/orders/1',
      })
})

const dimensions = { ClusterName: 'shop-dev', ServiceName: 'orders' }

test('tasks are watched for CPU and memory, by cluster and service', () => {
  expect(loadSpecs(reached)).toMatchObject([
    { key: 'cpu', metrics: { name: 'CPUUtilization', dimensions } },
    { key: 'memory', metrics: { name: 'MemoryUtilization', dimensions } },
  ])
})

test('restarts are seen by the counts of Container Insights where the cluster has it', () => {
  expect(restartSpecs(reached, { smallest: 0, containerInsights: true })).toMatchObject([
    {
      key: 'restarts',
      missing: 'missing',
      metrics: {
        expression: 'desired - running',
        of: {
          desired: { dimensions },
          running: { namespace: 'ECS/ContainerInsights', name: 'RunningTaskCount' },
        },
      },
    },
  ])
})

test('without it the samples are counted that each task sends, and none is an alarm', () => {
  expect(restartSpecs(reached, { smallest: 2, containerInsights: false })).toMatchObject([
    {
      key: 'restarts',
      periodSeconds: 60,
      missing: 'breaching',
      metrics: {
        expression: '2 - running',
        of: { running: { namespace: 'AWS/ECS', statistic: 'SampleCount', dimensions } },
      },
    },
  ])
  expect(restartSpecs(reached, { smallest: 0, containerInsights: false })).toEqual([])
})

test('only a service that consumes events has alarms about its queues', () => {
  const queues = { queueName: 'orders', deadLetterQueueName: 'orders-dead' }
  expect(queueSpecs({ ...reached, ...queues })).toMatchObject([
    { key: 'queue-age', above: 300, metrics: { dimensions: { QueueName: 'orders' } } },
  ])
  expect(deadLetterSpecs({ ...reached, ...queues })).toMatchObject([
    { key: 'dead-letters', above: 0, metrics: { dimensions: { QueueName: 'orders-dead' } } },
  ])
  expect([...queueSpecs(reached), ...deadLetterSpecs(reached)]).toEqual([])
})

test('only a service with a database has an alarm about its pool', () => {
  const found = (manifest: AnyManifest, set: 'all' | 'basic') =>
    keys(logSpecs('shop-dev', manifest, logMetricsOf(manifest, set)))
  const stored = service({ needs: { database: true } })
  expect(found(service(), 'all')).toEqual(['errors'])
  expect(found(stored, 'all')).toEqual(['errors', 'pool-exhausted'])
  expect(found(stored, 'basic')).toEqual([])
})

test('no data is no alarm for requests, events and errors, and unknown for load', () => {
  const quiet = [
    ...deploymentSpecs(reached),
    ...queueSpecs({ ...reached, queueName: 'q' }),
    ...deadLetterSpecs({ ...reached, deadLetterQueueName: 'd' }),
    ...logSpecs('shop-dev', service(), ['Errors', 'PoolExhausted']),
  ]
  expect(new Set(quiet.map(({ missing }) => missing))).toEqual(new Set(['notBreaching']))
  expect(new Set(loadSpecs(reached).map(({ missing }) => missing))).toEqual(new Set(['missing']))
})

/** CloudWatch's reading of a filter pattern: any `($.path = "text")` holds, `*` stands for anything. */
function matches(pattern: string, line: string): boolean {
  const at = (path: string): unknown =>
    path.split('.').reduce<unknown>((value, key) => Object(value)[key], JSON.parse(line))
  return [...pattern.matchAll(/\(\$\.([\w.]+) = "([^"]+)"\)/g)].some(([, path = '', text = '']) =>
    new RegExp(`^${text.replaceAll('*', '.*')}$`).test(String(at(path))),
  )
}

const lineOf = (write: (log: ReturnType<typeof logTo>) => void): string => {
  let line = ''
  write(logTo({ write: text => (line = text) }, 'orders', 'info'))
  return line
}

test('the filters find what a service really logs', () => {
  const full = new Error('timeout exceeded when trying to connect')
  const error = lineOf(log => log.error({ err: new Error('broken') }, 'unexpected error'))
  const fatal = lineOf(log => log.fatal('gone'))
  const info = lineOf(log => log.info('all well'))
  const direct = lineOf(log => log.error({ err: full }, 'database is unavailable'))
  const wrapped = lineOf(log => log.error({ err: new Error('query', { cause: full }) }, 'x'))
  const found = (metric: keyof typeof LOG_METRICS) =>
    [error, fatal, info, direct, wrapped].map(line => matches(LOG_METRICS[metric], line))
  expect(found('Errors')).toEqual([true, true, false, true, true])
  expect(found('PoolExhausted')).toEqual([false, false, false, true, true])
})
