import { expect, test } from 'vitest'
import { type AnyManifest, defineService } from '../../apps/shared/manifest.ts'
import { logTo } from '../../apps/shared/process/log.ts'
import {
  deploymentSpecs,
  LOG_METRICS,
  logSpecs,
  queueSpecs,
  taskSpecs,
} from './service-alarm-specs.ts'

const service = (change: Partial<AnyManifest> = {}): AnyManifest => ({
  ...defineService({ name: 'orders', description: 'Orders', routes: ['/orders'] }),
  ...change,
})
const place = {
  clusterName: 'shop-dev',
  serviceName: 'orders',
  loadBalancerArnSuffix: 'app/shop-dev-edge/1',
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

test('tasks are watched for CPU, memory and restarts, by cluster and service', () => {
  const specs = taskSpecs(reached)
  expect(keys(specs)).toEqual(['cpu', 'memory', 'restarts'])
  expect(specs[2]?.metrics).toMatchObject({
    expression: 'desired - running',
    of: {
      desired: { dimensions: { ClusterName: 'shop-dev', ServiceName: 'orders' } },
      running: { namespace: 'ECS/ContainerInsights', name: 'RunningTaskCount' },
    },
  })
})

test('only a service that consumes events has alarms about its queues', () => {
  const queues = { queueName: 'orders', deadLetterQueueName: 'orders-dead' }
  expect(keys(queueSpecs({ ...reached, ...queues }))).toEqual(['queue-age', 'dead-letters'])
  expect(queueSpecs({ ...reached, ...queues })[1]).toMatchObject({
    above: 0,
    metrics: { dimensions: { QueueName: 'orders-dead' } },
  })
  expect(queueSpecs(reached)).toEqual([])
})

test('only a service with a database has an alarm about its pool', () => {
  expect(keys(logSpecs('shop-dev', service()))).toEqual(['errors'])
  expect(keys(logSpecs('shop-dev', service({ needs: { database: true } })))).toEqual([
    'errors',
    'pool-exhausted',
  ])
})

test('no data is no alarm for requests, events and errors, and unknown for load', () => {
  const quiet = [
    ...deploymentSpecs(reached),
    ...queueSpecs({ ...reached, queueName: 'q', deadLetterQueueName: 'd' }),
    ...logSpecs('shop-dev', service()),
  ]
  expect(new Set(quiet.map(({ missing }) => missing))).toEqual(new Set(['notBreaching']))
  expect(new Set(taskSpecs(reached).map(({ missing }) => missing))).toEqual(new Set(['missing']))
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
