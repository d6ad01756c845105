import type { Wire } from './sdk.ts'
import { outputShape } from './output-shapes.ts'
import { shortType } from './stack-preview.ts'
import { sha256 } from './wire.ts'

/** What the values of one resource are made of. */
export interface Identity {
  urn: string
  type: string
  /** Physical name: as given, or as long as Pulumi would make it. */
  name: string
  account: string
  region: string
  /** Hexadecimal digits that are this resource's own, the same in every run. */
  hash: string
}

export const ACCOUNT = '123456789012'

const NAMING = [
  'name',
  'bucket',
  'identifier',
  'replicationGroupId',
  'userId',
  'userGroupId',
  'family',
]

export function identify(urn: string, type: string, inputs: Wire, region: string): Identity {
  const logical = urn.split('::').at(-1) ?? urn
  const given = NAMING.map(key => textOf(inputs[key])).find(name => name !== undefined)
  return {
    urn,
    type,
    name: given ?? `${logical}-0000000`,
    account: ACCOUNT,
    region: textOf(inputs['region']) ?? region,
    hash: sha256(urn),
  }
}

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

/** How AWS begins the ids of what has no name. */
const ID_PREFIX: Record<string, string> = {
  'ec2.Vpc': 'vpc-',
  'ec2.Subnet': 'subnet-',
  'ec2.SecurityGroup': 'sg-',
  'ec2.DefaultSecurityGroup': 'sg-',
  'ec2.InternetGateway': 'igw-',
  'ec2.NatGateway': 'nat-',
  'ec2.Eip': 'eipalloc-',
  'ec2.RouteTable': 'rtb-',
  'ec2.VpcEndpoint': 'vpce-',
  'ec2.FlowLog': 'fl-',
  'ec2.NetworkAcl': 'acl-',
  'vpc.SecurityGroupIngressRule': 'sgr-',
  'vpc.SecurityGroupEgressRule': 'sgr-',
  'cloudfront.VpcOrigin': 'vo_',
  'cloudfront.Distribution': 'E',
  'route53.Zone': 'Z',
}

/** Types whose id is their ARN. */
const BY_ARN = new Set([
  'acm.Certificate',
  'ecs.Cluster',
  'ecs.Service',
  'iam.Policy',
  'iam.OpenIdConnectProvider',
  'lb.Listener',
  'lb.ListenerRule',
  'lb.LoadBalancer',
  'lb.TargetGroup',
  'secretsmanager.Secret',
  'servicediscovery.HttpNamespace',
  'sns.Topic',
  'sns.TopicSubscription',
  'wafv2.WebAcl',
])

export function idOf(identity: Identity): string {
  const short = shortType(identity.type)
  const prefix = ID_PREFIX[short]
  if (prefix) return `${prefix}${identity.hash.slice(0, 17)}`
  if (BY_ARN.has(short)) return arnOf(identity)
  if (short === 'kms.Key') return uuidOf(identity.hash)
  return outputShape(identity.type).has('name') ? identity.name : identity.hash.slice(0, 20)
}

export const uuidOf = (hash: string): string =>
  hash.replace(/^(.{8})(.{4})(.{3})(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')

/** Service and resource part of ARNs, where they are not the Pulumi module and the name. */
const ARN: Record<string, (identity: Identity) => [service: string, resource: string]> = {
  'acm.Certificate': ({ hash }) => ['acm', `certificate/${uuidOf(hash)}`],
  'cloudfront.Distribution': ({ hash }) => ['cloudfront', `distribution/E${hash.slice(0, 13)}`],
  'cloudwatch.LogGroup': ({ name }) => ['logs', `log-group:${name}`],
  'cloudwatch.MetricAlarm': ({ name }) => ['cloudwatch', `alarm:${name}`],
  'cloudwatch.CompositeAlarm': ({ name }) => ['cloudwatch', `alarm:${name}`],
  'dynamodb.Table': ({ name }) => ['dynamodb', `table/${name}`],
  'ecr.Repository': ({ name }) => ['ecr', `repository/${name}`],
  'ecs.Cluster': ({ name }) => ['ecs', `cluster/${name}`],
  'ecs.Service': ({ name }) => ['ecs', `service/${name}`],
  'ecs.TaskDefinition': ({ name }) => ['ecs', `task-definition/${name}:1`],
  'elasticache.ReplicationGroup': ({ name }) => ['elasticache', `replicationgroup:${name}`],
  'elasticache.User': ({ name }) => ['elasticache', `user:${name}`],
  'elasticache.UserGroup': ({ name }) => ['elasticache', `usergroup:${name}`],
  'iam.OpenIdConnectProvider': ({ hash }) => ['iam', `oidc-provider/${hash.slice(0, 20)}`],
  'iam.Policy': ({ name }) => ['iam', `policy/${name}`],
  'iam.Role': ({ name }) => ['iam', `role/${name}`],
  'kms.Key': ({ hash }) => ['kms', `key/${uuidOf(hash)}`],
  'lb.Listener': lb('listener'),
  'lb.ListenerRule': lb('listener-rule'),
  'lb.LoadBalancer': lb('loadbalancer'),
  'lb.TargetGroup': ({ name, hash }) => [
    'elasticloadbalancing',
    `targetgroup/${name}/${hash.slice(0, 16)}`,
  ],
  'rds.Instance': ({ name }) => ['rds', `db:${name}`],
  'secretsmanager.Secret': ({ name, hash }) => [
    'secretsmanager',
    `secret:${name}-${hash.slice(0, 6)}`,
  ],
  'wafv2.WebAcl': ({ name, hash }) => ['wafv2', `global/webacl/${name}/${uuidOf(hash)}`],
}

function lb(kind: string): (identity: Identity) => [string, string] {
  return ({ name, hash }) => ['elasticloadbalancing', `${kind}/app/${name}/${hash.slice(0, 16)}`]
}

const GLOBAL = new Set(['iam', 'cloudfront'])

export function arnOf(identity: Identity): string {
  const short = shortType(identity.type)
  const { account, region, name } = identity
  if (short === 's3.Bucket') return `arn:aws:s3:::${name}`
  const [service, resource] = ARN[short]?.(identity) ?? [short.split('.')[0] ?? 'aws', name]
  return `arn:aws:${service}:${GLOBAL.has(service) ? '' : region}:${account}:${resource}`
}
