import { beforeAll, expect, test } from 'vitest'
import products from '../../apps/products/manifest.ts'
import users from '../../apps/users/manifest.ts'
import { Observability } from './observability.ts'
import { declared, type Declared, text } from '../testing/declared.ts'

const observed = (alarmSet: 'all' | 'basic') =>
  declared(
    options =>
      new Observability(
        'observability',
        {
          prefix: 'shop-dev',
          services: [users, products].map(manifest => ({
            manifest,
            clusterName: 'shop-dev',
            serviceName: manifest.name,
            targetGroupArnSuffix: `targetgroup/${manifest.name}/1`,
            logGroupName: `/shop-dev/${manifest.name}`,
            logMetrics: [],
          })),
          edge: {
            distributionId: 'E1',
            loadBalancerArnSuffix: 'app/edge/1',
            webAclName: 'edge',
          },
          database: {
            identifiers: ['main', 'replica'],
            replicaIdentifiers: ['replica'],
            maxConnections: 200,
          },
          cache: { replicationGroupId: 'cache' },
          alarmSet,
          topicArn: 'arn:topic',
          alarmEmail: 'ops@example.com',
          monthlyBudgetUsd: 150,
          region: 'eu-west-1',
        },
        options,
      ),
  )

let stack: Declared
beforeAll(async () => {
  stack = await observed('all')
})

test('each service has one objective over four windows that tell nobody themselves', () => {
  const objective = stack.one('CompositeAlarm', 'observability-users-objective')
  expect(objective.inputs).toMatchObject({
    alarmName: 'shop-dev-users-objective',
    alarmActions: ['arn:topic'],
    alarmRule:
      '(ALARM("shop-dev-users-fast-burn-long") AND ALARM("shop-dev-users-fast-burn-short")) OR (ALARM("shop-dev-users-slow-burn-long") AND ALARM("shop-dev-users-slow-burn-short"))',
  })
  const windows = stack.all('MetricAlarm').filter(({ name }) => name.includes('users'))
  expect(windows).toHaveLength(4)
  for (const { urn, inputs } of windows) {
    expect(inputs['alarmActions']).toBeUndefined()
    expect(objective.dependencies).toContain(urn)
  }
  stack.one('CompositeAlarm', 'observability-products-objective')
})

test('what befalls databases is told in words, whichever instance it is', () => {
  const subscriptions = stack.all('rds/eventSubscription:EventSubscription')
  expect(subscriptions.map(({ inputs }) => inputs['sourceType'])).toEqual([
    'db-instance',
    'db-parameter-group',
    'db-security-group',
  ])
  for (const { inputs } of subscriptions) {
    expect(inputs).not.toHaveProperty('sourceIds')
    expect(inputs).toMatchObject({
      snsTopic: 'arn:topic',
      name: `shop-dev-${text(inputs['sourceType'])}`,
    })
  }
})

test('where only the basic alarms are wanted nothing watches the objectives', async () => {
  const basic = await observed('basic')
  expect(basic.all('CompositeAlarm')).toEqual([])
  const kept = basic.all('MetricAlarm').map(({ name }) => name)
  const windows = stack.all('MetricAlarm').filter(({ name }) => name.includes('-burn-'))
  expect(kept).toHaveLength(stack.all('MetricAlarm').length - windows.length)
  expect(windows).toHaveLength(8)
})

test('every database instance and cache node is watched', () => {
  const watched = stack
    .all('MetricAlarm')
    .map(({ inputs }) => text(inputs['name']))
    .filter(name => /database|cache/.test(name))
  expect(watched).toHaveLength(2 * 3 + 3)
  const lag = stack.all('MetricAlarm').filter(({ name }) => name.endsWith('replica-lag'))
  expect(lag.map(({ inputs }) => inputs['dimensions'])).toEqual([
    { DBInstanceIdentifier: 'replica' },
  ])
  expect(stack.one('MetricAlarm', 'observability-database-2-connections').inputs).toMatchObject({
    threshold: 160,
    dimensions: { DBInstanceIdentifier: 'replica' },
  })
  expect(stack.one('MetricAlarm', 'observability-cache-1-memory').inputs).toMatchObject({
    dimensions: { CacheClusterId: 'cache-001' },
  })
})

test('the budget speaks at 80 % spent and at 100 % forecast, by topic and mail', () => {
  const subscribers = {
    subscriberSnsTopicArns: ['arn:topic'],
    subscriberEmailAddresses: ['ops@example.com'],
  }
  expect(stack.one('budgets/budget:Budget').inputs).toMatchObject({
    limitAmount: '150',
    notifications: [
      { notificationType: 'ACTUAL', threshold: 80, ...subscribers },
      { notificationType: 'FORECASTED', threshold: 100, ...subscribers },
    ],
  })
})

test('the dashboard is valid JSON with a row per service', () => {
  const body = JSON.parse(text(stack.one('Dashboard').inputs['dashboardBody']))
  expect(JSON.stringify(body)).toContain('## users: Accounts')
  expect(JSON.stringify(body)).toContain('## products: The catalogue')
})
