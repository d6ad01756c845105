import { expect, test } from 'vitest'
import { defineService } from '../../apps/shared/manifest.ts'
import { dashboardBody } from './dashboard.ts'

const orders = {
  manifest: defineService({ name: 'orders', description: 'Orders', routes: ['/orders'] }),
  clusterName: 'shop-dev',
  serviceName: 'orders',
  loadBalancerArnSuffix: 'app/shop-dev-edge/1',
  targetGroupArnSuffix: 'targetgroup/orders/1',
  logMetrics: ['Errors'],
} as const
const worker = {
  manifest: defineService({ name: 'mailer', description: 'Mails', routes: [] }),
  clusterName: 'shop-dev',
  serviceName: 'mailer',
  loadBalancerArnSuffix: 'app/shop-dev-edge/1',
  queueName: 'mailer',
  deadLetterQueueName: 'mailer-dead',
  logMetrics: [],
}
const sources = {
  prefix: 'shop-dev',
  region: 'eu-west-1',
  services: [orders, worker],
  edge: { distributionId: 'E1', loadBalancerArnSuffix: 'app/shop-dev-edge/1', webAclName: 'edge' },
  database: { identifiers: ['main', 'replica'] },
  cacheNodes: ['cache-001'],
}
const { widgets } = dashboardBody(sources)
const titles = (body = widgets) =>
  body.filter(({ type }) => type === 'text').map(({ properties }) => properties['markdown'])
const chart = (title: string) => widgets.find(({ properties }) => properties['title'] === title)

test('there is a row for the edge, each service, the database and the cache', () => {
  expect(titles()).toEqual([
    '## Edge',
    '## orders: Orders',
    '## mailer: Mails',
    '## Database',
    '## Cache',
  ])
  expect(titles(dashboardBody({ ...sources, cacheNodes: [] }).widgets)).not.toContain('## Cache')
})

test('no two widgets overlap and none leaves the 24 columns', () => {
  for (const [index, one] of widgets.entries()) {
    expect(one.x + one.width).toBeLessThanOrEqual(24)
    for (const other of widgets.slice(index + 1))
      expect(
        one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y,
      ).toBe(true)
  }
})

test("CloudFront's metrics come from us-east-1, the others from the stack's region", () => {
  expect(chart('WAF')?.properties['region']).toBe('us-east-1')
  expect(chart('Load balancer')?.properties['region']).toBe('eu-west-1')
})

test('a metric is written as CloudWatch reads it', () => {
  expect(chart('Latency in seconds')?.properties['metrics']).toEqual(
    ['p99', 'p50'].map(stat => [
      'AWS/ApplicationELB',
      'TargetResponseTime',
      'LoadBalancer',
      'app/shop-dev-edge/1',
      'TargetGroup',
      'targetgroup/orders/1',
      { stat, label: stat },
    ]),
  )
})

test('log lines are shown where they are counted', () => {
  const rows = JSON.stringify(dashboardBody({ ...sources, services: [orders] }))
  expect(rows).toContain('Log lines')
  expect(JSON.stringify(dashboardBody({ ...sources, services: [worker] }))).not.toContain(
    'Log lines',
  )
})

test('a service without public routes shows its queues in place of requests', () => {
  const rows = JSON.stringify(dashboardBody({ ...sources, services: [worker] }))
  expect(rows).toContain('mailer-dead')
  expect(rows).not.toContain('TargetGroup')
})
