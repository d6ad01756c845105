import { expect, test } from 'vitest'
import products from '../../apps/products/manifest.ts'
import { ServiceAlarms } from './service-alarms.ts'
import { declared } from '../testing/declared.ts'

const args = {
  prefix: 'shop-dev',
  manifest: products,
  clusterName: 'shop-dev',
  serviceName: 'products',
  loadBalancerArnSuffix: 'app/edge/1',
  targetGroupArnSuffix: 'targetgroup/products/1',
  logGroupName: '/shop-dev/products',
  topicArn: 'arn:topic',
  logMetrics: ['Errors', 'PoolExhausted'],
  alarmSet: 'all',
  tasks: { smallest: 1, containerInsights: true },
} as const

test('every alarm tells the topic when it begins and when it ends', async () => {
  const stack = await declared(options => new ServiceAlarms('products-alarms', args, options))
  const alarms = stack.all('MetricAlarm')
  expect(alarms.map(({ inputs }) => inputs['name'])).toEqual(
    ['5xx-rate', 'cpu', 'errors', 'memory', 'p99-latency', 'pool-exhausted', 'restarts']
      .map(key => `shop-dev-products-${key}`)
      .concat('shop-dev-products-unhealthy-hosts'),
  )
  for (const { inputs } of alarms)
    expect(inputs).toMatchObject({ alarmActions: ['arn:topic'], okActions: ['arn:topic'] })
})

test('the basic ones are those of a rollout and of lost tasks and events: no line is counted', async () => {
  const basic = {
    ...args,
    alarmSet: 'basic',
    logMetrics: [],
    queueName: 'products',
    deadLetterQueueName: 'products-dead',
    tasks: { smallest: 1, containerInsights: false },
  } as const
  const stack = await declared(options => new ServiceAlarms('products-alarms', basic, options))
  expect(stack.all('MetricAlarm').map(({ name }) => name.replace('products-alarms-', ''))).toEqual([
    '5xx-rate',
    'dead-letters',
    'p99-latency',
    'restarts',
    'unhealthy-hosts',
  ])
  expect(stack.all('LogMetricFilter')).toEqual([])
})

test('what may roll a deployment back is named in the order failures, latency, health', async () => {
  const names: string[] = []
  await declared(options => {
    const { deploymentAlarmNames } = new ServiceAlarms('products-alarms', args, options)
    for (const name of deploymentAlarmNames) name.apply(value => names.push(value))
  })
  expect(names.sort()).toEqual([
    'shop-dev-products-5xx-rate',
    'shop-dev-products-p99-latency',
    'shop-dev-products-unhealthy-hosts',
  ])
})

test('a percentile is an extended statistic that a few requests do not move', async () => {
  const stack = await declared(options => new ServiceAlarms('products-alarms', args, options))
  expect(stack.one('MetricAlarm', 'products-alarms-p99-latency').inputs).toMatchObject({
    extendedStatistic: 'p99',
    evaluateLowSampleCountPercentiles: 'ignore',
  })
})

test('log lines are counted where the alarms look', async () => {
  const stack = await declared(options => new ServiceAlarms('products-alarms', args, options))
  const counted = stack.all('LogMetricFilter').map(({ inputs }) => inputs['metricTransformation'])
  expect(counted).toMatchObject([
    { namespace: 'shop-dev/products', name: 'Errors' },
    { namespace: 'shop-dev/products', name: 'PoolExhausted' },
  ])
  expect(stack.one('MetricAlarm', 'products-alarms-errors').inputs).toMatchObject({
    namespace: 'shop-dev/products',
    metricName: 'Errors',
  })
})
