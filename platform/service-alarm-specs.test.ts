import { expect, test } from 'vitest'
import { type AnyManifest, defineService } from '../apps/shared/manifest.ts'
import { deploymentSpecs, logSpecs, queueSpecs, taskSpecs } from './service-alarm-specs.ts'

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
