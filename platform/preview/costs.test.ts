import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ASSUMPTIONS, IDLE } from './assumptions.ts'
import { COST_RULES } from './cost-rules.ts'
import { estimate } from './costs.ts'
import { priceList } from './price-list.ts'
import { printCosts } from './print-costs.ts'
import { resource, stackOf } from './testing.ts'

const HOURS = ASSUMPTIONS.hoursPerMonth
const priceOf = (key: string, region = 'us-east-1') => priceList().price(key, region)?.usd ?? NaN

const cost = (type: string, inputs: Parameters<typeof resource>[2], region?: string) =>
  estimate(stackOf([resource('it', type, inputs)], region)).monthlyUsd

test.each([
  [
    'a NAT gateway by the hour and by what goes through it',
    'aws:ec2/natGateway:NatGateway',
    {},
    32.85 + 0.45,
  ],
  [
    'an interface endpoint for each zone',
    'aws:ec2/vpcEndpoint:VpcEndpoint',
    { vpcEndpointType: 'Interface', subnetIds: ['a', 'b', 'c'] },
    3 * 7.3 + 0.01,
  ],
  [
    'a gateway endpoint nothing',
    'aws:ec2/vpcEndpoint:VpcEndpoint',
    { vpcEndpointType: 'Gateway' },
    0,
  ],
  ['a key a dollar', 'aws:kms/key:Key', {}, 1],
  [
    'an alarm for each metric in it',
    'aws:cloudwatch/metricAlarm:MetricAlarm',
    {
      metricQueries: [
        { id: 'a', metric: { period: 60 } },
        { id: 'b', metric: { period: 60 } },
        { id: 'e', expression: 'a/b' },
      ],
    },
    0.2,
  ],
  [
    'an alarm of 10 seconds as one of high resolution',
    'aws:cloudwatch/metricAlarm:MetricAlarm',
    { period: 10 },
    0.3,
  ],
  ['a firewall for each rule', 'aws:wafv2/webAcl:WebAcl', { rules: [{}, {}] }, 5 + 2 + 0.6],
  [
    'a load balancer that faces the internet its addresses too',
    'aws:lb/loadBalancer:LoadBalancer',
    { subnets: ['a', 'b'] },
    16.425 + 0.5 * 5.84 + 2 * 3.65,
  ],
])('the estimate counts %s', (_, type, inputs, usd) => {
  expect(cost(type, inputs)).toBeCloseTo(usd, 2)
})

const DATABASE = 'aws:rds/instance:Instance'

test('a Multi-AZ database costs two instances and their storage', () => {
  const inputs = { instanceClass: 'db.t4g.micro', storageType: 'gp3', allocatedStorage: 20 }
  const single = HOURS * 0.016 + 20 * 0.115
  expect(cost(DATABASE, inputs)).toBeCloseTo(single)
  expect(cost(DATABASE, { ...inputs, multiAz: true })).toBeCloseTo(2 * single)
})

test('a replica has the storage of its source', () => {
  const stack = stackOf([
    resource('primary', DATABASE, {
      identifier: 'db-1',
      instanceClass: 'db.t4g.micro',
      storageType: 'gp3',
      allocatedStorage: 100,
    }),
    resource('replica', DATABASE, {
      identifier: 'db-2',
      instanceClass: 'db.t4g.micro',
      storageType: 'gp3',
      replicateSourceDb: 'db-1',
    }),
  ])
  expect(estimate(stack).monthlyUsd).toBeCloseTo(2 * (HOURS * 0.016 + 100 * 0.115))
})

test('a cache costs every node', () => {
  const inputs = { engine: 'valkey', nodeType: 'cache.t4g.micro' }
  const type = 'aws:elasticache/replicationGroup:ReplicationGroup'
  expect(cost(type, { ...inputs, numCacheClusters: 3 })).toBeCloseTo(3 * HOURS * 0.0128)
  expect(cost(type, { ...inputs, numNodeGroups: 2, replicasPerNodeGroup: 1 })).toBeCloseTo(
    4 * HOURS * 0.0128,
  )
})

const task = resource('task', 'aws:ecs/taskDefinition:TaskDefinition', {
  cpu: '512',
  memory: '1024',
  runtimePlatform: { cpuArchitecture: 'ARM64' },
})

const service = (strategies: object[], desiredCount: number) => ({
  ...resource('service', 'aws:ecs/service:Service', {
    desiredCount,
    capacityProviderStrategies: strategies.map(strategy => ({ ...strategy })),
  }),
  propertyDependencies: { taskDefinition: [task.urn] },
})

const onDemand = HOURS * (0.5 * priceOf('fargate.ARM64.vcpu') + priceOf('fargate.ARM64.gb'))
const onSpot = HOURS * (0.5 * priceOf('fargate.ARM64.spot.vcpu') + priceOf('fargate.ARM64.spot.gb'))

test.each([
  ['all on demand without a strategy', [], 2 * onDemand],
  ['all on Spot', [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }], 2 * onSpot],
  [
    'the base first, the rest by weight',
    [
      { capacityProvider: 'FARGATE', base: 1, weight: 0 },
      { capacityProvider: 'FARGATE_SPOT', weight: 1 },
    ],
    onDemand + onSpot,
  ],
  [
    'a share by weight',
    [
      { capacityProvider: 'FARGATE', weight: 1 },
      { capacityProvider: 'FARGATE_SPOT', weight: 1 },
    ],
    onDemand + onSpot,
  ],
])('tasks cost what runs them: %s', (_, strategies, usd) => {
  expect(estimate(stackOf([task, service(strategies, 2)])).monthlyUsd).toBeCloseTo(usd)
})

test('the minimum of autoscaling counts, not what the service starts with', () => {
  const own = service([], 1)
  const target = {
    ...resource('scaling', 'aws:appautoscaling/target:Target', { minCapacity: 3 }),
    propertyDependencies: { resourceId: [own.urn] },
  }
  expect(estimate(stackOf([task, own, target])).monthlyUsd).toBeCloseTo(3 * onDemand)
})

test('prices are those of the region, and a note names what another region lends', () => {
  expect(cost(DATABASE, { instanceClass: 'db.t4g.micro' }, 'eu-central-1')).toBeCloseTo(
    HOURS * 0.019,
  )
  const elsewhere = estimate(stackOf([resource('key', 'aws:kms/key:Key', {})], 'eu-west-1'))
  expect(elsewhere.notes).toContain('prices of us-east-1, for want of eu-west-1: kms.key')
})

test('what has no price is listed, a free type is not', () => {
  const stack = stackOf([
    resource('search', 'aws:opensearch/domain:Domain', {}),
    resource('big', DATABASE, { instanceClass: 'db.x2g.large' }),
    resource('role', 'aws:iam/role:Role', {}),
  ])
  expect(estimate(stack).notPriced.map(({ why }) => why)).toEqual([
    'no price for opensearch.Domain',
    'no price for rds.db.x2g.large',
  ])
  expect(printCosts(estimate(stack), estimate(stack, IDLE)).join('\n')).toContain(
    'not priced: search: no price for opensearch.Domain',
  )
})

test('costs stand under the outermost component, with prices that nobody checked named', () => {
  const component = { ...resource('edge', 'shop:platform:Edge', {}), custom: false }
  const inner = {
    ...resource('inner', 'shop:platform:Waf', {}),
    custom: false,
    parent: component.urn,
  }
  const key = { ...resource('key', 'aws:kms/key:Key', {}), parent: inner.urn }
  const dear = resource('alarm', 'aws:cloudwatch/compositeAlarm:CompositeAlarm', {})
  const { components, notes } = estimate(stackOf([component, inner, key, dear]))
  expect(components.map(({ name, monthlyUsd }) => [name, monthlyUsd])).toEqual([
    ['edge', 1],
    ['alarm', 0.5],
  ])
  expect(notes).toEqual(['prices not checked: cloudwatch.composite'])
})

test('a stack that nobody calls costs what costs by existing', () => {
  const idle = (type: string, inputs: Parameters<typeof resource>[2]) =>
    estimate(stackOf([resource('it', type, inputs)]), IDLE).monthlyUsd
  expect(idle('aws:ec2/natGateway:NatGateway', {})).toBeCloseTo(32.85)
  expect(idle('aws:cloudfront/distribution:Distribution', {})).toBe(0)
  expect(idle('aws:kms/key:Key', {})).toBe(1)
})

test('no type is both free and priced', () => {
  expect(Object.keys(COST_RULES).filter(type => priceList().isFree(type))).toEqual([])
})

test('every checked price names a source with a day and an address', () => {
  const { sources, prices } = JSON.parse(
    readFileSync(join(import.meta.dirname, 'prices.json'), 'utf8'),
  ) as {
    sources: Record<string, { url: string; date: string }>
    prices: Record<string, Record<string, { source: string } | string>>
  }
  const used = Object.values(prices).flatMap(entry =>
    Object.values(entry).flatMap(price => (typeof price === 'object' ? price.source : [])),
  )
  for (const source of new Set(used)) {
    expect(sources[source]?.date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    expect(sources[source]?.url).toMatch(/^https:/)
  }
})
