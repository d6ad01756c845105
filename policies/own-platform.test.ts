import * as pulumi from '@pulumi/pulumi'
import { beforeAll, describe, expect, test } from 'vitest'
import { said } from './explain.ts'
import type { Container } from './reading/containers.ts'
import { policy } from './testing/documents.ts'
import { judgedPlatform, type Mutation, roundsOf } from './testing/own-platform.ts'
import { failuresOf } from './verdict.ts'

test.for(['dev', 'prod'] as const)('%s has no finding that is not waived', async stack => {
  const verdict = await judgedPlatform(stack)
  expect(failuresOf(verdict).map(said)).toEqual([])
  expect(verdict.expired).toEqual([])
  expect(verdict.unused).toEqual([])
  expect(verdict.judged.length).toBeGreaterThan(900)
})

test('with a domain nothing is found, and what is waived for want of one is unused', async () => {
  const config = { domain: 'shop.example.com', hostedZone: 'example.com', repository: 'me/shop' }
  const verdict = await judgedPlatform('prod', [], config)
  expect(failuresOf(verdict).map(said)).toEqual([])
  expect(verdict.unused.map(({ control }) => control)).toEqual([
    'ELB.1',
    'ELB.18',
    'CloudFront.7',
    'CloudFront.9',
    'CloudFront.15',
  ])
})

/** @param set what the changed code would give */
const set =
  (props: object): Mutation['change'] =>
  before => ({ ...before, ...props })

const containers =
  (change: (container: Container) => Container): Mutation['change'] =>
  before => ({
    ...before,
    containerDefinitions: pulumi
      .output(before['containerDefinitions'] as pulumi.Input<string>)
      .apply(text => JSON.stringify((JSON.parse(text) as Container[]).map(change))),
  })

/** Within a property that is an object. */
const inside =
  (property: string, props: object): Mutation['change'] =>
  before => ({ ...before, [property]: { ...(before[property] as object), ...props } })

const everybody = policy({ Principal: '*', Action: '*', Resource: '*' })
const ingress = (port: number) =>
  set({ prefixListId: undefined, cidrIpv4: '0.0.0.0/0', fromPort: port, toPort: port })

const FROM_CLOUDFRONT = 'edge-load-balancer-from-cloudfront'

/** Each breaks one thing in our own platform, and names all findings that come of it. */
const MUTATIONS: readonly (Mutation & { found: readonly string[] })[] = [
  {
    name: 'database-primary',
    change: set({ storageEncrypted: false }),
    found: ['RDS.3 storageEncrypted is false'],
  },
  {
    name: 'database-primary',
    change: set({ publiclyAccessible: true }),
    found: ['RDS.2 publiclyAccessible is true'],
  },
  {
    name: 'database-primary',
    change: set({ dbSubnetGroupName: undefined }),
    found: ['RDS.46 dbSubnetGroupName is not set: the subnets of the default VPC are public'],
  },
  {
    name: 'database-parameters',
    change: set({ parameters: [{ name: 'rds.force_ssl', value: '0' }] }),
    found: ['RDS.38 parameterGroupName has an rds.force_ssl that is "0"'],
  },
  {
    name: 'cache-cluster',
    change: set({ transitEncryptionEnabled: false }),
    found: ['ElastiCache.5 transitEncryptionEnabled is false'],
  },
  {
    name: 'events-orders-queue',
    change: set({ kmsMasterKeyId: undefined }),
    found: ['SQS.1 kmsMasterKeyId is not set'],
  },
  {
    name: 'events-topic',
    change: set({ kmsMasterKeyId: undefined }),
    found: ['SNS.1 kmsMasterKeyId is not set'],
  },
  {
    name: 'events-topic-policy',
    change: set({ policy: everybody }),
    found: ['SNS.4 policy lets everybody do *'],
  },
  {
    name: 'data-key',
    change: set({ policy: everybody }),
    found: ['KMS.5 policy lets everybody do *'],
  },
  {
    name: 'data-key',
    change: set({ enableKeyRotation: false }),
    found: ['KMS.4 enableKeyRotation is false'],
  },
  {
    name: 'edge-site-access',
    change: set({ blockPublicPolicy: false }),
    found: ['S3.8 s3.BucketPublicAccessBlock of this bucket leaves open: blockPublicPolicy'],
  },
  {
    name: 'edge-site-policy',
    change: set({ policy: policy() }),
    found: ['S3.5 policy lets plain HTTP in'],
  },
  {
    name: 'network-private-a',
    type: 'Subnet',
    change: set({ mapPublicIpOnLaunch: true }),
    found: ['EC2.15 mapPublicIpOnLaunch is true'],
  },
  {
    name: 'network-default-group',
    change: set({ egress: [{ protocol: '-1', fromPort: 0, toPort: 0 }] }),
    found: ['EC2.2 ec2.DefaultSecurityGroup has 1 rules'],
  },
  {
    name: 'network-flow-log',
    change: set({ trafficType: 'ACCEPT' }),
    found: ['EC2.6 ec2.FlowLog.trafficType is "ACCEPT"'],
  },
  {
    name: FROM_CLOUDFRONT,
    change: ingress(8443),
    found: ['EC2.18 cidrIpv4 opens tcp 8443 to 0.0.0.0/0'],
  },
  {
    name: FROM_CLOUDFRONT,
    change: ingress(22),
    found: ['EC2.13', 'EC2.18', 'EC2.19'].map(id => `${id} cidrIpv4 opens tcp 22 to 0.0.0.0/0`),
  },
  {
    name: 'orders-service',
    change: inside('networkConfiguration', { assignPublicIp: true }),
    found: ['ECS.2 networkConfiguration.assignPublicIp is true'],
  },
  {
    name: 'orders-task',
    change: containers(container => ({ ...container, readonlyRootFilesystem: false })),
    found: ['ECS.5 containerDefinitions[orders].readonlyRootFilesystem is false'],
  },
  {
    name: 'orders-task',
    change: containers(container => ({
      ...container,
      environment: [...(container.environment ?? []), { name: 'API_TOKEN', value: 'x' }],
    })),
    found: [
      'Shop.PlainSecrets containerDefinitions[orders].environment[API_TOKEN] has the name of a secret',
    ],
  },
  {
    name: 'orders-task',
    change: containers(container => ({ ...container, image: 'shop/orders:latest' })),
    found: ['Shop.LatestImage containerDefinitions[orders].image has the tag "latest"'],
  },
  {
    name: 'orders-image-repository',
    change: set({ imageTagMutability: 'MUTABLE' }),
    found: ['ECR.2 imageTagMutability is "MUTABLE"'],
  },
  {
    name: 'orders-task-policy',
    change: set({ policy: policy({ Action: '*', Resource: '*' }) }),
    found: ['IAM.1 policy allows "*" on "*"', 'KMS.2 policy allows to decrypt with every key'],
  },
  {
    name: 'tables-notifications',
    change: set({ pointInTimeRecovery: { enabled: false } }),
    found: ['DynamoDB.2 pointInTimeRecovery.enabled is false'],
  },
  {
    name: 'edge-distribution',
    change: inside('defaultCacheBehavior', { viewerProtocolPolicy: 'allow-all' }),
    found: ['CloudFront.3 defaultCacheBehavior.viewerProtocolPolicy is "allow-all"'],
  },
  {
    name: 'edge-distribution',
    change: set({ webAclId: undefined }),
    found: ['CloudFront.6 webAclId is not set'],
  },
  {
    name: 'edge-load-balancer',
    change: inside('accessLogs', { enabled: false }),
    found: ['ELB.5 accessLogs.enabled is false'],
  },
  {
    name: 'observability-budget',
    change: set({ notifications: [] }),
    found: ['Shop.Budget budgets.Budget tells nobody of its cost'],
  },
  {
    name: 'events-topic',
    change: set({ tags: { Owner: '' } }),
    found: ['Shop.Tags tags.Owner is ""'],
  },
  {
    name: 'orders-alarms-restarts',
    change: set({ actionsEnabled: false }),
    found: ['CloudWatch.17 actionsEnabled is false'],
  },
]

describe.for(roundsOf(MUTATIONS).map((round, i) => [i + 1, round] as const))(
  'changed, round %i',
  ([, round]) => {
    let findings: string[]
    beforeAll(async () => {
      const verdict = await judgedPlatform('dev', round)
      findings = failuresOf(verdict).map(one => `${one.rule.control} ${said(one)}`)
    })

    test.for(round)('$name: $found', ({ found }) => {
      for (const finding of found) expect(findings).toContain(finding)
    })

    test('and nothing else is found', () => {
      expect(findings.sort()).toEqual(round.flatMap(({ found }) => found).sort())
    })
  },
)
