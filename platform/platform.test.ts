import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readConfig } from '../apps/shared/config.ts'
import { type AnyManifest, defineService, variableName } from '../apps/shared/manifest.ts'
import * as services from './services.ts'
import { asks, systemOf } from './system.ts'
import { declaredPlatform, STACKS } from './testing/declared-platform.ts'
import { type Declared, text } from './testing/declared.ts'

/** A service with everything that a manifest can ask for: a manifest and one line. */
const reviews = defineService({
  name: 'reviews',
  description: 'Reviews',
  routes: ['/reviews', '/reviews/*'],
  needs: {
    database: true,
    cache: true,
    tokens: true,
    paymentGateway: true,
    table: { partitionKey: 'id', expiresAt: 'ends' },
    mail: true,
    sms: true,
    push: true,
  },
  calls: ['ratings'],
  publishes: ['review.written'],
  consumes: ['review.written'],
  settings: { minutes: z.coerce.number().default(30) },
  secrets: { key: z.base64() },
})
const ratings = defineService({
  name: 'ratings',
  description: 'Ratings',
  routes: [],
  needs: { callers: true },
})
const withReviews = systemOf({ ...services, reviews, ratings })
const today = systemOf(services)
/** Every service so small that the smallest database has connections for all. */
const small = Object.fromEntries(Object.keys(services).map(name => [name, { max: 2 }]))

const VARIANTS = [
  ['dev', { like: 'dev', system: today }],
  ['prod', { like: 'prod', system: today }],
  ['dev with a service of all needs', { like: 'dev', system: withReviews }],
  ['prod with a service of all needs', { like: 'prod', system: withReviews }],
  [
    'replicas and an instance of its own',
    {
      like: 'prod',
      system: withReviews,
      config: { databaseReplicas: 2, services: { users: { database: 'own' } } },
    },
  ],
  [
    'a domain, API Gateway and delivery',
    {
      like: 'prod',
      system: withReviews,
      config: {
        domain: 'shop.example.com',
        hostedZone: 'example.com',
        apiGateway: true,
        repository: 'me/shop',
        stateBucket: 'acme-pulumi',
        stateKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1234abcd',
        sms: true,
        pushApplications: { android: 'arn:aws:sns:us-east-1:123456789012:app/GCM/shop' },
      },
    },
  ],
  [
    'no way out of the VPC',
    {
      like: 'dev',
      system: withReviews,
      config: {
        nat: 'none',
        interfaceEndpoints: ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'sqs', 'sns'],
      },
    },
  ],
] as const

type Props = Record<string, unknown>
type Resources = Declared['resources']

/** Where a secret value may stand. */
const SECRET_PLACES = [
  'aws:secretsmanager/secretVersion:SecretVersion secretString',
  'aws:elasticache/user:User authenticationMode',
  'aws:rds/instance:Instance password',
]
const placesOf = (
  resources: Resources,
  holds: (resource: Resources[number], property: string) => boolean,
): string[] =>
  resources.flatMap(resource =>
    Object.keys(resource.inputs)
      .filter(property => holds(resource, property))
      .map(property => `${resource.type} ${property}`),
  )

interface Container {
  environment: { name: string; value: string }[]
  secrets: { name: string; valueFrom: string }[]
}
const containerOf = (declared: Declared, task: string): Container => {
  const { inputs } = declared.one('taskDefinition:TaskDefinition', task)
  const [container] = JSON.parse(text(inputs['containerDefinitions'])) as Container[]
  if (!container) throw new Error(`${task} has no container`)
  return container
}

describe.each(VARIANTS)('%s', (_, change) => {
  const platform = declaredPlatform(change)
  const manifests = [...change.system.values()] as AnyManifest[]

  test('warns of nothing', async () => {
    expect((await platform).warnings).toEqual([])
  })

  test('lets nothing in but by the edge: no rule for all addresses, no public address', async () => {
    const declared = await platform
    for (const { inputs } of declared.all('SecurityGroupIngressRule')) {
      expect(inputs).not.toHaveProperty('cidrIpv4')
      expect(inputs).not.toHaveProperty('cidrIpv6')
    }
    for (const { inputs } of declared.all('securityGroup:SecurityGroup'))
      expect(inputs['ingress'] ?? []).toEqual([])
    for (const { inputs } of declared.all('rds/instance:Instance'))
      expect(inputs['publiclyAccessible']).toBe(false)
    for (const { inputs } of declared.all('ecs/service:Service'))
      expect(inputs['networkConfiguration']).toMatchObject({ assignPublicIp: false })
    for (const { inputs } of declared.all('loadBalancer:LoadBalancer'))
      expect(inputs['internal']).toBe(true)
    for (const { inputs } of declared.all('ec2/subnet:Subnet'))
      expect(inputs['mapPublicIpOnLaunch']).toBe(false)
  })

  test.for([
    ['rds/instance:Instance', { storageEncrypted: true, kmsKeyId: expect.any(String) }],
    ['ReplicationGroup', { atRestEncryptionEnabled: true, transitEncryptionEnabled: true }],
    ['sns/topic:Topic', { kmsMasterKeyId: expect.any(String) }],
    ['sqs/queue:Queue', { kmsMasterKeyId: expect.any(String) }],
    [
      'dynamodb/table:Table',
      { serverSideEncryption: { enabled: true, kmsKeyArn: expect.any(String) } },
    ],
    ['secretsmanager/secret:Secret', { kmsKeyId: expect.any(String) }],
    ['ecr/repository:Repository', { encryptionConfigurations: [{ encryptionType: 'KMS' }] }],
    ['kms/key:Key', { enableKeyRotation: true }],
  ] as const)('encrypts each %s', async ([type, wanted]) => {
    const declared = await platform
    for (const { inputs, name } of declared.all(type)) {
      if (type === 'rds/instance:Instance' && inputs['replicateSourceDb']) continue
      expect(inputs, name).toMatchObject(wanted)
    }
  })

  const tasks = manifests.flatMap(manifest => [
    [`${manifest.name}-task`, manifest, []] as const,
    ...(manifest.needs.database
      ? [
          [
            `${manifest.name}-migration`,
            manifest,
            ['DATABASE_ADMIN_PASSWORD', 'DATABASE_ADMIN_URL'],
          ] as const,
        ]
      : []),
  ])
  test.for(tasks)(
    '%s gets exactly the environment that it reads',
    async ([task, manifest, more]) => {
      const { environment, secrets } = containerOf(await platform, task)
      const given = new Map(environment.map(variable => [variable.name, variable.value]))
      for (const secret of secrets) given.set(secret.name, sampleSecret(secret.name))
      const read = new Set<string>()
      const env = new Proxy<Record<string, string>>(Object.fromEntries(given), {
        get: (target, variable) => {
          read.add(String(variable))
          return target[String(variable)]
        },
      })
      expect(() => readConfig(manifest, env)).not.toThrow()
      expect([...given.keys()].filter(variable => !read.has(variable)).sort()).toEqual(more)
      for (const key of Object.keys(manifest.secrets))
        expect(secrets.map(secret => secret.name)).toContain(variableName(key))
    },
  )

  test('shows a secret to Secrets Manager and to what it protects alone', async () => {
    const { resources } = await platform
    const places = placesOf(resources, ({ inputs }, property) =>
      JSON.stringify(inputs[property]).includes('[secret]'),
    )
    expect(places.filter(place => !SECRET_PLACES.includes(place))).toEqual([])
    expect(places).toContain(SECRET_PLACES[0])
  })

  test('hands what it generates to the same places, and never in the open', async () => {
    const { resources } = await platform
    const made = new Set(
      resources.filter(({ type }) => /:Random(Password|Bytes)$/.test(type)).map(({ urn }) => urn),
    )
    const fromMade = placesOf(
      resources,
      ({ propertyDependencies }, property) =>
        propertyDependencies[property]?.some(urn => made.has(urn)) ?? false,
    )
    expect(fromMade.filter(place => !SECRET_PLACES.includes(place))).toEqual([])
    expect(fromMade).toContain(SECRET_PLACES[0])
  })

  test('names the resources of each statement, but where AWS has no level below', async () => {
    const declared = await platform
    const policies = declared
      .all('iam/rolePolicy:RolePolicy')
      .filter(({ name }) => !name.startsWith('delivery'))
    const onAll = policies.flatMap(({ inputs }) => {
      const { Statement } = JSON.parse(text(inputs['policy'])) as {
        Statement: { Action: string | string[]; Resource: string | string[] }[]
      }
      return Statement.filter(({ Resource }) => [Resource].flat().includes('*')).flatMap(
        ({ Action }) => Action,
      )
    })
    const withoutLevel =
      /^(ecr:GetAuthorizationToken|logs:DescribeLogGroups|ses:ListSuppressedDestinations|ssmmessages:(Create|Open)(Control|Data)Channel)$/
    expect(onAll.filter(action => !withoutLevel.test(action))).toEqual([])
  })

  test.for(manifests.map(({ name }) => name))(
    '%s reaches what it declares and nothing else',
    async name => {
      const declared = await platform
      const manifest = manifests.find(it => it.name === name)
      if (!manifest) throw new Error(name)
      const ends = (type: string, own: string, other: string) =>
        declared
          .all(type)
          .filter(({ propertyDependencies }) => isGroup(propertyDependencies[own], `${name}-group`))
          .map(({ propertyDependencies, inputs }) => {
            const peer = propertyDependencies[other]
              ?.map(urn => urn.split('::').at(-1))
              .find(Boolean)
            return `${peer ?? 'addresses'}:${Number(inputs['fromPort'])}`
          })
          .filter(end => !end.endsWith(':443'))
          .sort()
      const database =
        (change as { config?: Props }).config?.['services'] && name === 'users'
          ? 'database-users'
          : 'database'
      expect(
        ends('SecurityGroupEgressRule', 'securityGroupId', 'referencedSecurityGroupId'),
      ).toEqual(
        [
          ...(manifest.needs.database ? [`${database}-group:5433`] : []),
          ...(manifest.needs.cache ? ['cache-group:6379'] : []),
          ...asks(manifest).map(callee => `${callee}-group:8080`),
        ].sort(),
      )
      const callers = manifests
        .filter(it => asks(it).includes(name))
        .map(it => `${it.name}-group:8080`)
      const incoming = ends(
        'SecurityGroupIngressRule',
        'securityGroupId',
        'referencedSecurityGroupId',
      )
      expect(incoming.filter(end => !end.startsWith('edge'))).toEqual(callers.sort())
      expect(incoming.filter(end => end.startsWith('edge'))).toHaveLength(
        manifest.routes.length > 0 ? 1 : 0,
      )
    },
  )

  test('makes each resource of AWS by the one provider that tags it', async () => {
    const declared = await platform
    const provider = declared.resources.find(({ type }) => type === 'pulumi:providers:aws')
    expect(JSON.parse(text(provider?.inputs['defaultTags']))).toEqual({
      tags: {
        Project: 'shop',
        Stack: change.like,
        Service: 'platform',
        Owner: expect.stringMatching(/./),
        CostCenter: expect.stringMatching(/./),
        ManagedBy: 'pulumi',
      },
    })
    const others = declared.resources.filter(
      ({ type, custom, provider: own }) =>
        custom && type.startsWith('aws:') && !own?.startsWith(`${provider?.urn}::`),
    )
    expect(others.map(({ urn }) => urn)).toEqual([])
  })

  test('tags what belongs to a service with its name', async () => {
    const declared = await platform
    for (const { urn, inputs, custom } of declared.resources) {
      const owner = manifests.find(
        ({ name }) =>
          urn.includes(`shop:platform:Service$`) && urn.split('::').at(-1)?.startsWith(`${name}-`),
      )
      if (!custom || !owner || !('tags' in inputs)) continue
      expect(inputs['tags'], urn).toMatchObject({ Service: owner.name })
    }
    expect(declared.one('ecs/service:Service', 'users-service').inputs['tags']).toEqual({
      Service: 'users',
    })
  })
})

const isGroup = (urns: readonly string[] | undefined, name: string) =>
  urns?.some(urn => urn.endsWith(`::${name}`)) ?? false

function sampleSecret(variable: string): string {
  if (variable === 'CACHE_URL') return 'rediss://users:password@cache.test:6379'
  if (variable === 'STRIPE_SECRET_KEY') return 'sk_test_123'
  if (variable === 'STRIPE_WEBHOOK_SECRET') return 'whsec_123'
  if (variable.endsWith('_TOKEN')) return 't'.repeat(48)
  return Buffer.alloc(32, 1).toString('base64')
}

test('without a way out a service reaches what it uses of AWS by endpoints, and nothing else', async () => {
  const declared = await declaredPlatform({
    system: withReviews,
    config: {
      nat: 'none',
      interfaceEndpoints: ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'sns', 'sqs'],
    },
  })
  const https = (service: string) =>
    declared
      .all('SecurityGroupEgressRule')
      .filter(({ name, inputs }) => name.startsWith(`${service}-`) && inputs['fromPort'] === 443)
      .map(({ name, inputs, propertyDependencies }) => {
        expect(inputs).not.toHaveProperty('cidrIpv4')
        const [target] = [
          ...(propertyDependencies['prefixListId'] ?? []),
          ...(propertyDependencies['referencedSecurityGroupId'] ?? []),
        ]
        return `${name} ${target?.split('::').at(-1)}`
      })
      .sort()
  expect(https('users')).toEqual(['users-endpoints-out network-endpoints', 'users-s3 network-s3'])
  expect(https('reviews')).toEqual([
    'reviews-dynamodb network-dynamodb',
    'reviews-endpoints-out network-endpoints',
    'reviews-s3 network-s3',
  ])
})

describe('protection', () => {
  const STATEFUL = /rds\/instance|dynamodb\/table|secretsmanager\/secret:|RandomBytes/

  test('in prod what holds data can not be deleted by mistake', async () => {
    const declared = await declaredPlatform({ like: 'prod', system: withReviews })
    const stateful = declared.resources.filter(({ type }) => STATEFUL.test(type))
    expect(stateful.length).toBeGreaterThan(5)
    for (const { protect, name } of stateful) expect(protect, name).toBe(true)
    expect(declared.one('rds/instance:Instance').inputs).toMatchObject({
      deletionProtection: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: expect.stringContaining('-final-'),
      multiAz: true,
    })
    for (const { inputs } of declared.all('dynamodb/table:Table'))
      expect(inputs['deletionProtectionEnabled']).toBe(true)
    for (const { inputs } of declared.all('ecr/repository:Repository'))
      expect(inputs['forceDelete']).toBe(false)
    expect(declared.one('loadBalancer:LoadBalancer').inputs['enableDeletionProtection']).toBe(true)
  })

  test('in dev everything can be destroyed', async () => {
    const declared = await declaredPlatform({ like: 'dev', system: withReviews })
    expect(declared.resources.filter(({ protect }) => protect)).toEqual([])
    expect(declared.one('rds/instance:Instance').inputs).toMatchObject({
      deletionProtection: false,
      skipFinalSnapshot: true,
    })
  })
})

describe('events', () => {
  test('are published by tasks that start once each consumer has subscribed', async () => {
    const declared = await declaredPlatform({ system: withReviews })
    const { dependencies } = declared.one('ecs/service:Service', 'reviews-service')
    const subscriptions = declared
      .all('TopicSubscription')
      .filter(({ name }) => name.startsWith('events-'))
    expect(subscriptions).not.toEqual([])
    for (const { urn } of subscriptions) expect(dependencies).toContain(urn)
  })
})

describe('the database', () => {
  test('with replicas has a master secret of the stack, because RDS refuses to manage it then', async () => {
    const declared = await declaredPlatform({ like: 'prod', config: { databaseReplicas: 2 } })
    const primary = declared.one('rds/instance:Instance', 'database-primary').inputs
    expect(primary).not.toHaveProperty('manageMasterUserPassword')
    expect(primary['password']).toBe('[secret]')
    expect(declared.all('rds/instance:Instance')).toHaveLength(3)
    for (const { inputs } of declared
      .all('rds/instance:Instance')
      .filter(({ name }) => name.includes('replica')))
      expect(inputs).not.toHaveProperty('password')
  })

  test('without replicas has a master secret that RDS makes and rotates', async () => {
    const declared = await declaredPlatform({ like: 'prod' })
    const { inputs } = declared.one('rds/instance:Instance')
    expect(inputs).toMatchObject({
      manageMasterUserPassword: true,
      iamDatabaseAuthenticationEnabled: true,
    })
    expect(inputs).not.toHaveProperty('password')
  })

  test('of its own is the one that the service logs in to, and may', async () => {
    const declared = await declaredPlatform({
      config: { services: { ...small, users: { database: 'own', max: 2 } } },
    })
    const [shared, own] = ['database-primary', 'database-users-primary'].map(name =>
      declared.one('rds/instance:Instance', name),
    )
    const dependsOn = (task: string) =>
      declared.one('taskDefinition:TaskDefinition', task).propertyDependencies[
        'containerDefinitions'
      ]
    expect(dependsOn('users-task')).toContain(own?.urn)
    expect(dependsOn('users-task')).not.toContain(shared?.urn)
    expect(dependsOn('products-task')).toContain(shared?.urn)
    const policy = declared.one('iam/rolePolicy:RolePolicy', 'users-task-policy')
    expect(policy.propertyDependencies['policy']).toContain(own?.urn)
  })

  test('forces TLS', async () => {
    const declared = await declaredPlatform()
    expect(declared.one('parameterGroup:ParameterGroup').inputs['parameters']).toContainEqual({
      name: 'rds.force_ssl',
      value: '1',
    })
  })
})

describe('migrations', () => {
  test.for(['users', 'products'])(
    'of %s have the master password, and they alone',
    async service => {
      const declared = await declaredPlatform({ like: 'prod' })
      const names = (task: string) => containerOf(declared, task).secrets.map(({ name }) => name)
      expect(names(`${service}-migration`)).toContain('DATABASE_ADMIN_PASSWORD')
      expect(names(`${service}-task`)).not.toContain('DATABASE_ADMIN_PASSWORD')
      const admin = containerOf(declared, `${service}-migration`).environment.find(
        ({ name }) => name === 'DATABASE_ADMIN_URL',
      )
      expect(new URL(admin?.value ?? '').password).toBe('')
    },
  )
})

test.for(['users', 'products'])(
  'the role that starts %s reads one secret, its own',
  async service => {
    const declared = await declaredPlatform({ like: 'prod' })
    const readable = (role: string) => {
      const policy = declared.one('iam/rolePolicy:RolePolicy', `${service}-${role}-policy`)
      const { Statement } = JSON.parse(text(policy.inputs['policy'])) as {
        Statement: { Sid: string; Resource: string[] }[]
      }
      return Statement.find(({ Sid }) => Sid === 'ReadSecrets')?.Resource ?? []
    }
    expect(readable('execution')).toEqual([expect.stringContaining(`shop-prod/${service}`)])
    expect(readable('migration')).toHaveLength(2)
    expect(readable('task')).toEqual([])
  },
)

describe('names', () => {
  const LIMITS: Readonly<Record<string, readonly [property: string, most: number, form: RegExp]>> =
    {
      'aws:lb/targetGroup:TargetGroup': ['name', 32, /^[a-zA-Z0-9](-?[a-zA-Z0-9])*$/],
      'aws:lb/loadBalancer:LoadBalancer': ['name', 32, /^[a-zA-Z0-9](-?[a-zA-Z0-9])*$/],
      'aws:iam/role:Role': ['name', 64, /^[\w+=,.@-]+$/],
      'aws:rds/instance:Instance': ['identifier', 63, /^[a-z](-?[a-z0-9])*$/],
      'aws:elasticache/replicationGroup:ReplicationGroup': [
        'replicationGroupId',
        40,
        /^[a-z](-?[a-z0-9])*$/,
      ],
      'aws:elasticache/user:User': ['userId', 40, /^[a-z](-?[a-z0-9])*$/],
      'aws:sqs/queue:Queue': ['name', 80, /^[\w-]+$/],
      'aws:sns/topic:Topic': ['name', 256, /^[\w-]+$/],
      'aws:dynamodb/table:Table': ['name', 255, /^[\w.-]{3,}$/],
      'aws:ecr/repository:Repository': ['name', 256, /^[a-z0-9]+(-[a-z0-9]+)*\/[a-z0-9-]+$/],
      'aws:ecs/cluster:Cluster': ['name', 255, /^[\w-]+$/],
      'aws:kms/alias:Alias': ['name', 256, /^alias\/[\w/-]+$/],
      'aws:cloudwatch/logGroup:LogGroup': ['name', 512, /^[\w./#-]+$/],
      'aws:cloudwatch/metricAlarm:MetricAlarm': ['name', 255, /./],
      'aws:s3/bucket:Bucket': ['bucket', 63, /^[a-z0-9][a-z0-9.-]+[a-z0-9]$/],
      'aws:secretsmanager/secret:Secret': ['name', 512, /^[\w/+=.@-]+$/],
    }
  const namesOf = (declared: Declared) =>
    declared.resources.flatMap(({ type, name, inputs }) => {
      const [property] = LIMITS[type] ?? []
      const value = property === undefined ? undefined : inputs[property]
      return typeof value === 'string' ? [{ type, name, value }] : []
    })

  test.for([
    ['a name of 100 characters', 'a-very-long-name-'.repeat(6).slice(0, 99).replace(/-$/, 'x')],
    ['capitals, dots and underscores', 'Feature_Checkout.v2'],
    ['a digit first', '2026'],
  ] as const)('of a stack with %s are within the limits of AWS', async ([, stack]) => {
    const names = namesOf(await declaredPlatform({ stack, system: withReviews }))
    expect(names.length).toBeGreaterThan(60)
    for (const { type, name, value } of names) {
      const [, most = 0, form = /./] = LIMITS[type] ?? []
      expect(value.length, `${name}: ${value}`).toBeLessThanOrEqual(most)
      expect(value, name).toMatch(form)
    }
  })

  test.for([
    ['dev', 'dev2'],
    ['Dev', 'dev'],
    [`${'x'.repeat(80)}-one`, `${'x'.repeat(80)}-two`],
  ] as const)('of the stacks %s and %s do not collide', async ([one, two]) => {
    const [first, second] = await Promise.all(
      [one, two].map(async stack =>
        namesOf(await declaredPlatform({ stack, system: withReviews })),
      ),
    )
    const taken = new Set(first?.map(({ type, value }) => `${type} ${value}`))
    expect(second?.filter(({ type, value }) => taken.has(`${type} ${value}`))).toEqual([])
  })
})

describe('API Gateway', () => {
  const gateway = declaredPlatform({
    like: 'prod',
    system: withReviews,
    config: { apiGateway: true, services: { users: { settings: { passwordCost: 11 } } } },
  })

  test('takes a token on each route that its service does not open, and none on the others', async () => {
    const declared = await gateway
    const { urn } = declared.one('authorizer:Authorizer')
    const routes = declared.all('apigatewayv2/route:Route')
    const keyOf = ({ inputs }: (typeof routes)[number]) => text(inputs['routeKey'])
    const verified = routes.filter(({ inputs }) => inputs['authorizationType'] === 'JWT')
    const open = routes.filter(({ inputs }) => inputs['authorizationType'] === 'NONE')
    expect([...verified, ...open]).toHaveLength(routes.length)
    for (const { propertyDependencies } of verified)
      expect(propertyDependencies['authorizerId']).toEqual([urn])
    expect(verified.map(keyOf)).toEqual(expect.arrayContaining(['ANY /reviews', 'ANY /products']))
    const opened = [...withReviews.values()].flatMap(({ openRoutes }) =>
      openRoutes.map(route => route.replace('/*', '/{proxy+}')),
    )
    const alone = open.map(keyOf).filter(key => !/^(OPTIONS|HEAD) /.test(key))
    expect(alone.sort()).toEqual(opened.sort())
    for (const key of routes.map(keyOf)) expect(key).not.toMatch(/internal|health|ready|default/)
  })

  test('trusts tokens that users signs for the same issuer and audience, with RS256', async () => {
    const declared = await gateway
    const given = new Map(
      containerOf(declared, 'users-task').environment.map(({ name, value }) => [name, value]),
    )
    expect(given.get('SIGNING_ALGORITHM')).toBe('RS256')
    expect(given.get('PASSWORD_COST')).toBe('11')
    expect(declared.one('authorizer:Authorizer').inputs['jwtConfiguration']).toEqual({
      issuer: given.get('PUBLIC_URL'),
      audiences: ['shop'],
    })
    const without = containerOf(await declaredPlatform(), 'users-task').environment
    expect(without).not.toContainEqual({ name: 'SIGNING_ALGORITHM', value: 'RS256' })
  })

  test('has its authorizer made once the services and the edge are there', async () => {
    const declared = await gateway
    const { dependencies } = declared.one('authorizer:Authorizer')
    for (const [type, name] of [
      ['ecs/service:Service', 'users-service'],
      ['listenerRule:ListenerRule', undefined],
      ['distribution:Distribution', undefined],
    ] as const)
      for (const { urn, name: found } of declared.all(type))
        if (name === undefined || name === found) expect(dependencies).toContain(urn)
  })
})

describe('delivery', () => {
  test('keeps every role but its own inside the boundary that its deploy role may set', async () => {
    const declared = await declaredPlatform({
      like: 'prod',
      system: withReviews,
      config: { repository: 'me/shop', apiGateway: true },
    })
    const boundary = declared.one('iam/policy:Policy', 'delivery-role-boundary')
    const roles = declared.all('iam/role:Role').filter(({ name }) => !name.startsWith('delivery-'))
    expect(roles.length).toBeGreaterThan(6)
    for (const { name, propertyDependencies } of roles)
      expect(propertyDependencies['permissionsBoundary'], name).toEqual([boundary.urn])
  })

  test('is not needed: without a repository no role has a boundary', async () => {
    const declared = await declaredPlatform({ system: withReviews })
    for (const { inputs } of declared.all('iam/role:Role'))
      expect(inputs).not.toHaveProperty('permissionsBoundary')
  })
})

test('resources are wired by reference: what is unknown until it exists is never written out', async () => {
  const declared = await declaredPlatform({ like: 'prod', system: withReviews })
  const REFERENCES: readonly (readonly [type: string, property: string])[] = [
    ['ecs/service:Service', 'cluster'],
    ['ecs/service:Service', 'taskDefinition'],
    ['ecs/service:Service', 'networkConfiguration'],
    ['ecs/service:Service', 'loadBalancers'],
    ['taskDefinition:TaskDefinition', 'executionRoleArn'],
    ['taskDefinition:TaskDefinition', 'containerDefinitions'],
    ['listenerRule:ListenerRule', 'listenerArn'],
    ['rds/instance:Instance', 'vpcSecurityGroupIds'],
    ['rds/instance:Instance', 'kmsKeyId'],
    ['ReplicationGroup', 'userGroupIds'],
    ['topicSubscription:TopicSubscription', 'endpoint'],
    ['appautoscaling/target:Target', 'resourceId'],
    ['ecr/lifecyclePolicy:LifecyclePolicy', 'repository'],
  ]
  for (const [type, property] of REFERENCES) {
    const given = declared.all(type).filter(({ inputs }) => inputs[property] !== undefined)
    expect(given, `${type} ${property}`).not.toEqual([])
    for (const { name, propertyDependencies } of given)
      expect(propertyDependencies[property] ?? [], `${name}.${property}`).not.toEqual([])
  }
})

test.for(STACKS)('%s has one ECS service, image and repository for each service', async like => {
  const declared = await declaredPlatform({ like, system: withReviews })
  for (const type of ['ecs/service:Service', 'ecr/repository:Repository', 'awsx:ecr:Image'])
    expect(declared.resources.filter(resource => resource.type.endsWith(type))).toHaveLength(
      withReviews.size,
    )
})
