import type { Resource } from '../resource.ts'
import { fail, type Rule, stackRule } from '../rule.ts'

/** The controls of AWS that want some tag, any at all. */
const CONTROLS = {
  'EC2.37': 'ec2.Eip',
  'EC2.39': 'ec2.InternetGateway',
  'EC2.40': 'ec2.NatGateway',
  'EC2.41': 'ec2.NetworkAcl',
  'EC2.42': 'ec2.RouteTable',
  'EC2.43': 'ec2.SecurityGroup',
  'EC2.44': 'ec2.Subnet',
  'EC2.46': 'ec2.Vpc',
  'EC2.48': 'ec2.FlowLog',
  'ECS.13': 'ecs.Service',
  'ECS.14': 'ecs.Cluster',
  'ECS.15': 'ecs.TaskDefinition',
  'RDS.30': 'rds.Instance',
  'RDS.33': 'rds.SubnetGroup',
  'DynamoDB.5': 'dynamodb.Table',
  'CloudFront.14': 'cloudfront.Distribution',
  'SecretsManager.5': 'secretsmanager.Secret',
  'SNS.3': 'sns.Topic',
  'SQS.2': 'sqs.Queue',
  'IAM.24': 'iam.Role',
} as const

/** AWS's own do not count. */
const isOurs = (key: string): boolean => !key.startsWith('aws:')

export const tags: readonly Rule[] = Object.entries(CONTROLS).map(([control, type]) =>
  stackRule(type as (typeof CONTROLS)['EC2.37'], {
    control,
    title: `Each ${type} has tags`,
    severity: 'low',
    why: 'nobody can tell whose it is, who pays and whether it may go',
    check: (resource: Resource<unknown>, stack) =>
      Object.keys(stack.tags(resource)).some(isOurs)
        ? undefined
        : fail('tags', 'are not set', "tags: { Owner: 'team' }, or defaultTags of the provider"),
  }),
)
