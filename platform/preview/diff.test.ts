import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { expect, test } from 'vitest'
import { diffStacks, type StackDiff } from './diff.ts'
import { printDiff } from './print-diff.ts'
import { recordStack } from './record.ts'
import { resource, stackOf, testProject } from './testing.ts'
import type { PreviewResource } from './stack-preview.ts'

const DATABASE = 'aws:rds/instance:Instance'

const diff = (before: PreviewResource[], after: PreviewResource[]): StackDiff =>
  diffStacks(stackOf(before), stackOf(after))

const names = (changes: StackDiff['added']): string[] => changes.map(({ name }) => name)

test('added, changed, removed and unchanged resources are told apart', () => {
  const queue = (name: string, seconds: number) =>
    resource(name, 'aws:sqs/queue:Queue', { visibilityTimeoutSeconds: seconds })
  const found = diff(
    [queue('a', 1), queue('b', 1), queue('c', 1)],
    [queue('a', 1), queue('b', 2), queue('d', 1)],
  )
  expect(names(found.added)).toEqual(['d'])
  expect(names(found.removed)).toEqual(['c'])
  expect(found.unchanged).toBe(1)
  expect(found.changed).toMatchObject([
    { name: 'b', properties: [{ path: 'visibilityTimeoutSeconds', from: 1, to: 2, forces: 'no' }] },
  ])
})

test.each([
  [DATABASE, 'username', 'replaced'],
  [DATABASE, 'storageEncrypted', 'replaced'],
  [DATABASE, 'instanceClass', 'changed'],
  [DATABASE, 'identifier', 'changed'],
  ['aws:ec2/subnet:Subnet', 'cidrBlock', 'replaced'],
  ['aws:ec2/vpc:Vpc', 'enableDnsSupport', 'changed'],
  ['aws:lb/targetGroup:TargetGroup', 'port', 'replaced'],
  ['aws:lb/targetGroup:TargetGroup', 'deregistrationDelay', 'changed'],
  ['aws:lb/loadBalancer:LoadBalancer', 'internal', 'replaced'],
  ['aws:dynamodb/table:Table', 'hashKey', 'replaced'],
  ['aws:dynamodb/table:Table', 'billingMode', 'changed'],
  ['aws:elasticache/replicationGroup:ReplicationGroup', 'atRestEncryptionEnabled', 'replaced'],
  ['aws:elasticache/replicationGroup:ReplicationGroup', 'nodeType', 'changed'],
  ['aws:kms/key:Key', 'policy', 'changed'],
  ['aws:s3/bucket:Bucket', 'bucket', 'replaced'],
  ['aws:ecs/service:Service', 'desiredCount', 'changed'],
  ['aws:ecs/service:Service', 'cluster', 'replaced'],
  ['aws:ecs/taskDefinition:TaskDefinition', 'containerDefinitions', 'replaced'],
  ['aws:cloudfront/distribution:Distribution', 'webAclId', 'changed'],
  ['aws:sqs/queue:Queue', 'fifoQueue', 'replaced'],
  ['aws:acm/certificate:Certificate', 'region', 'replaced'],
  ['random:index/randomPassword:RandomPassword', 'length', 'replaced'],
  ['aws:opensearch/domain:Domain', 'domainName', 'mayBeReplaced'],
] as const)('a change of %s.%s is listed as %s', (type, property, kind) => {
  const found = diff(
    [resource('it', type, { [property]: 'a' })],
    [resource('it', type, { [property]: 'b' })],
  )
  expect(names(found[kind])).toEqual(['it'])
})

test('a nested property that forces a replacement is named by its path', () => {
  const repository = (kmsKey: string) =>
    resource('images', 'aws:ecr/repository:Repository', { encryptionConfigurations: [{ kmsKey }] })
  expect(diff([repository('a')], [repository('b')]).replaced).toMatchObject([
    {
      loses: 'images',
      properties: [{ path: 'encryptionConfigurations[0].kmsKey', forces: 'yes' }],
    },
  ])
})

test('JSON that is text differs only where its content does', () => {
  const role = (assumeRolePolicy: string) =>
    resource('role', 'aws:iam/role:Role', { assumeRolePolicy })
  expect(diff([role('{"a":1,"b":2}')], [role('{ "b": 2, "a": 1 }')]).unchanged).toBe(1)
  expect(diff([role('{"a":[1]}')], [role('{"a":[2]}')]).changed[0]?.properties).toMatchObject([
    { path: 'assumeRolePolicy.a[0]', from: 1, to: 2 },
  ])
})

test('a resource renamed with an alias is the same resource', () => {
  const old = resource('old', DATABASE, { engine: 'postgres' })
  const renamed = { ...resource('new', DATABASE, { engine: 'postgres' }), aliases: [old.urn] }
  const found = diff([old], [renamed])
  expect([found.added, found.removed]).toEqual([[], []])
  expect(found.changed).toMatchObject([{ name: 'new', renamedFrom: old.urn }])
})

test('what takes its subnets from a replaced VPC may be replaced too, and what hangs on that', () => {
  const vpc = (cidrBlock: string) => resource('vpc', 'aws:ec2/vpc:Vpc', { cidrBlock })
  const subnet = {
    ...resource('subnet', 'aws:ec2/subnet:Subnet', { vpcId: 'vpc-1' }),
    propertyDependencies: { vpcId: [vpc('').urn] },
  }
  const nat = {
    ...resource('nat', 'aws:ec2/natGateway:NatGateway', { subnetId: 'subnet-1' }),
    propertyDependencies: { subnetId: [subnet.urn] },
  }
  const found = diff([vpc('10.0.0.0/16'), subnet, nat], [vpc('10.1.0.0/16'), subnet, nat])
  expect(names(found.replaced)).toEqual(['vpc'])
  expect(found.mayBeReplaced).toMatchObject([
    { name: 'subnet', because: [{ path: 'vpcId', urn: vpc('').urn }] },
    { name: 'nat', because: [{ path: 'subnetId', urn: subnet.urn }] },
  ])
  const lines = printDiff(found)
  expect(lines).toContain('      vpcId comes from vpc, which is replaced')
  expect(lines).toContain('      subnetId comes from subnet, which may be replaced')
})

test('ignored properties do not count, and the program can force a replacement', () => {
  const service = (desiredCount: number, options: Partial<PreviewResource>) => ({
    ...resource('service', 'aws:ecs/service:Service', { desiredCount }),
    ...options,
  })
  const ignoring = { ignoreChanges: ['desiredCount'] }
  expect(diff([service(1, ignoring)], [service(2, ignoring)]).unchanged).toBe(1)
  const forcing = { replaceOnChanges: ['desiredCount'] }
  expect(names(diff([service(1, forcing)], [service(2, forcing)]).replaced)).toEqual(['service'])
})

test('a stateful resource that goes is flagged with what protects it', () => {
  const database = { ...resource('db', DATABASE, { deletionProtection: true }), protect: true }
  const found = diff([database], [])
  expect(found.removed).toMatchObject([
    {
      loses: 'data',
      protection: [
        'protected: Pulumi refuses to delete it',
        'deletionProtection: AWS refuses to delete it',
      ],
    },
  ])
  const text = printDiff(found).join('\n')
  expect(text).toContain('removed rds.Instance db  STATEFUL, loses data; protected')
})

test('replacements are printed first, with from, to and what forces them', () => {
  const database = (username: string) => resource('db', DATABASE, { username })
  const topic = resource('topic', 'aws:sns/topic:Topic', {})
  const lines = printDiff(diff([database('a')], [database('b'), topic]))
  expect(lines.slice(0, 4)).toEqual([
    'against the earlier preview: 1 added, 0 changed, 1 replaced, 0 may be replaced, 0 removed, 0 unchanged',
    '  REPLACED rds.Instance db  STATEFUL, loses data',
    '      username: "a" -> "b"  forces replacement',
    '  added sns.Topic topic',
  ])
})

test('a component renamed with an alias takes its children along', async () => {
  class Store extends pulumi.ComponentResource {
    constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
      super('shop:test:Store', name, {}, opts)
      new aws.sqs.Queue(`${name}-queue`, { name: 'orders' }, { parent: this })
      this.registerOutputs({})
    }
  }
  using project = testProject({})
  const record = (program: () => unknown) =>
    recordStack({ root: project.root, stack: 'dev', program })
  const before = await record(() => new Store('old').urn)
  const after = await record(() => new Store('new', { aliases: [{ name: 'old' }] }).urn)
  const found = diffStacks(before, after)
  expect([found.added, found.removed]).toEqual([[], []])
  expect(found.changed).toMatchObject([{ name: 'new-queue', properties: [] }])
})
