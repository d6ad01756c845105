import { expect, test } from 'vitest'
import { capacityOf } from './capacity.ts'
import { declaredPlatform } from '../testing/declared-platform.ts'

const prod = declaredPlatform({ like: 'prod' })
const dev = declaredPlatform({ like: 'dev' })

test('a rollout starts new tasks first and goes back when they fail or an alarm goes off', async () => {
  const { inputs, dependencies } = (await prod).one('ecs/service:Service', 'products-service')
  expect(inputs).toMatchObject({
    deploymentMinimumHealthyPercent: 100,
    deploymentMaximumPercent: 200,
    deploymentCircuitBreaker: { enable: true, rollback: true },
    alarms: {
      enable: true,
      rollback: true,
      alarmNames: [
        expect.stringContaining('products-5xx'),
        expect.stringContaining('products-p99'),
        expect.stringContaining('products-unhealthy'),
      ],
    },
    availabilityZoneRebalancing: 'ENABLED',
    healthCheckGracePeriodSeconds: 60,
  })
  const before = dependencies.map(urn => urn.split('::').at(-1))
  expect(before).toEqual(expect.arrayContaining(['users-service', 'products-target']))
  expect(before.some(name => name?.startsWith('products-rule-'))).toBe(true)
})

test('autoscaling, not a deployment, decides how many tasks there are', async () => {
  const declared = await prod
  expect(declared.one('ecs/service:Service', 'users-service').ignoreChanges).toContain(
    'desiredCount',
  )
  expect(declared.one('appautoscaling/target:Target', 'users-scaling').inputs).toMatchObject({
    minCapacity: 3,
    maxCapacity: 10,
  })
  const aims = declared
    .all('appautoscaling/policy:Policy')
    .filter(({ name }) => name.startsWith('users-'))
    .map(({ inputs }) => inputs['targetTrackingScalingPolicyConfiguration'])
  expect(aims).toEqual([
    expect.objectContaining({ targetValue: 60 }),
    expect.objectContaining({ targetValue: 75 }),
    expect.objectContaining({
      targetValue: 600,
      predefinedMetricSpecification: {
        predefinedMetricType: 'ALBRequestCountPerTarget',
        resourceLabel: expect.stringMatching(/^app\/.+\/targetgroup\/.+/),
      },
    }),
  ])
})

test('a service whose bounds leave no room has no policies, which cost alarms, but its schedules', async () => {
  const fixed = { min: 1, max: 1 }
  const day = { cron: '0 7 * * ? *', min: 2, max: 2 }
  const declared = await declaredPlatform({
    config: {
      services: {
        users: fixed,
        products: { ...fixed, schedules: { day } },
        orders: { ...fixed, schedules: { day: { ...day, max: 3 } } },
      },
      databaseClass: 'db.t4g.large',
    },
  })
  const policies = (service: string) =>
    declared
      .all('appautoscaling/policy:Policy')
      .filter(({ name }) => name.startsWith(`${service}-scaling`)).length
  expect(['users', 'products', 'orders'].map(policies)).toEqual([0, 0, 3])
  expect(declared.all('ScheduledAction')).toHaveLength(2)
})

test('a schedule changes the bounds by the clock, and a deployment leaves them alone then', async () => {
  const schedules = {
    morning: { cron: '0 7 ? * MON-FRI *', timezone: 'Europe/Berlin', min: 4, max: 9 },
  }
  const declared = await declaredPlatform({
    like: 'prod',
    config: { services: { users: { schedules } } },
  })
  expect(declared.one('ScheduledAction').inputs).toMatchObject({
    schedule: 'cron(0 7 ? * MON-FRI *)',
    timezone: 'Europe/Berlin',
    scalableTargetAction: { minCapacity: 4, maxCapacity: 9 },
  })
  const target = declared.one('appautoscaling/target:Target', 'users-scaling')
  expect(target.ignoreChanges).toEqual(['minCapacity', 'maxCapacity'])
})

test.for([
  [0, [['FARGATE', 1, 100]]],
  [
    30,
    [
      ['FARGATE', 1, 70],
      ['FARGATE_SPOT', 0, 30],
    ],
  ],
  [
    99,
    [
      ['FARGATE', 1, 1],
      ['FARGATE_SPOT', 0, 99],
    ],
  ],
  [100, [['FARGATE_SPOT', 0, 100]]],
] as const)('%s percent on Spot', ([percent, strategies]) => {
  expect(
    capacityOf(percent).map(({ capacityProvider, base, weight }) => [
      capacityProvider,
      base,
      weight,
    ]),
  ).toEqual(strategies)
})

test('what is started in the cluster without a word goes where the stack says', async () => {
  const defaults = (declared: Awaited<typeof dev>) =>
    declared.one('ClusterCapacityProviders').inputs['defaultCapacityProviderStrategies']
  expect(defaults(await dev)).toEqual(capacityOf(100))
  expect(defaults(await prod)).toEqual(capacityOf(30))
})

test('the load balancer sends to tasks that say they are ready, and lets those that leave finish', async () => {
  expect((await prod).one('lb/targetGroup:TargetGroup', 'users-target').inputs).toMatchObject({
    port: 8080,
    protocol: 'HTTP',
    targetType: 'ip',
    deregistrationDelay: 20,
    slowStart: 30,
    healthCheck: { path: '/ready', matcher: '200' },
  })
})

test('an image is built from its own sources for the processor, tagged by them and never moved', async () => {
  const declared = await prod
  const repository = declared.one('ecr/repository:Repository', 'users-image-repository').inputs
  expect(repository).toMatchObject({
    imageTagMutability: 'IMMUTABLE',
    imageScanningConfiguration: { scanOnPush: true },
  })
  const image = declared.resources.find(({ name }) => name === 'users-image-build')?.inputs
  const context = `./node_modules/.cache/images/users-${image?.['imageTag'] as string}`
  expect(image).toMatchObject({
    context,
    dockerfile: `${context}/apps/Dockerfile`,
    platform: 'linux/arm64',
    target: 'image',
    args: { SERVICE: 'users', REVISION: image?.['imageTag'], SOURCE_DATE_EPOCH: '0' },
    imageTag: expect.stringMatching(/^[0-9a-f]{16}$/),
  })
  const withExec = await declaredPlatform({ config: { exec: true } })
  expect(
    withExec.resources.find(({ name }) => name === 'users-image-build')?.inputs['target'],
  ).toBe('with-shell')
  const x86 = await declaredPlatform({ config: { architecture: 'x86_64' } })
  expect(x86.resources.find(({ name }) => name === 'users-image-build')?.inputs['platform']).toBe(
    'linux/amd64',
  )
  expect(x86.one('TaskDefinition', 'users-task').inputs['runtimePlatform']).toMatchObject({
    cpuArchitecture: 'X86_64',
  })
})

test('services are found by their names inside the cluster', async () => {
  const { inputs } = (await dev).one('ecs/service:Service', 'users-service')
  expect(inputs['serviceConnectConfiguration']).toMatchObject({
    enabled: true,
    services: [{ portName: 'users', clientAlias: [{ port: 8080, dnsName: 'users' }] }],
  })
})

test('people get into tasks only where the stack says so, and what they do is logged', async () => {
  expect(
    (await dev).one('ecs/service:Service', 'users-service').inputs['enableExecuteCommand'],
  ).toBe(true)
  expect(
    (await prod).one('ecs/service:Service', 'users-service').inputs['enableExecuteCommand'],
  ).toBe(false)
  expect((await dev).one('ecs/cluster:Cluster').inputs['configuration']).toMatchObject({
    executeCommandConfiguration: {
      logging: 'OVERRIDE',
      logConfiguration: { cloudWatchEncryptionEnabled: true },
    },
  })
})

test('a stack sets size and bounds of a service; what it leaves out is as in the manifest', async () => {
  const declared = await declaredPlatform({
    config: {
      // What it leaves out is many tasks, and each has its connections.
      databaseClass: 'db.t4g.large',
      services: {
        users: { vcpu: 1, memoryMiB: 2048, max: 4, logLevel: 'debug' },
        products: { max: 2 },
      },
    },
  })
  const task = (service: string) => declared.one('TaskDefinition', `${service}-task`).inputs
  expect(task('users')).toMatchObject({ cpu: '1024', memory: '2048' })
  expect(task('products')).toMatchObject({ cpu: '256', memory: '512' })
  const bounds = declared.one('appautoscaling/target:Target', 'users-scaling').inputs
  expect(bounds).toMatchObject({ minCapacity: 2, maxCapacity: 4 })
})

const nameOf = (urn: string) => urn.split('::').at(-1)

test('a service is touched once its migrations have run, and its rollout is waited for', async () => {
  const declared = await prod
  const { inputs, dependencies } = declared.one('rollout:Migration', 'orders-migrated')
  expect(inputs).toMatchObject({
    service: 'orders',
    cluster: 'shop-prod',
    log: { group: '/shop-prod/orders', prefix: 'migrate', container: 'orders' },
  })
  expect(inputs['subnets']).toEqual(
    declared.one('ecs/service:Service', 'orders-service').inputs['networkConfiguration']?.[
      'subnets' as never
    ],
  )
  const before = dependencies.map(nameOf)
  expect(before).toEqual(
    expect.arrayContaining([
      'orders-migration',
      'orders-migration-policy',
      'orders-database-out',
      'orders-database-in',
      'orders-https',
    ]),
  )
  expect(before.some(name => name?.startsWith('network-'))).toBe(true)
  const service = declared.one('ecs/service:Service', 'orders-service')
  expect(service.dependencies.map(nameOf)).toContain('orders-migrated')
  const rollout = declared.one('rollout:Rollout', 'orders-rollout')
  expect(rollout.dependencies.map(nameOf)).toContain('orders-service')
  expect(rollout.inputs['taskDefinition']).toBe(service.inputs['taskDefinition'])
})

test('a rollout is looked at again when something else than the version makes tasks anew', async () => {
  const settings = async (change: Parameters<typeof declaredPlatform>[0]) =>
    (
      await declaredPlatform({
        like: 'prod',
        ...change,
      })
    ).one('rollout:Rollout', 'orders-rollout').inputs['settings']
  const [now, again, exec, more] = await Promise.all([
    settings({}),
    settings({}),
    settings({ config: { exec: true } }),
    settings({ config: { services: { orders: { min: 1 } } } }),
  ])
  expect(again).toEqual(now)
  expect(exec).not.toEqual(now)
  // How many there are is not a rollout.
  expect(more).toEqual(now)
})

test('a stack that leaves its rollouts asks nothing of ECS', async () => {
  const { resources } = await declaredPlatform({ like: 'prod', config: { rollouts: 'leave' } })
  const types = resources.map(({ type }) => type)
  expect(types.filter(type => type.startsWith('pulumi-nodejs:dynamic'))).toEqual([])
})
