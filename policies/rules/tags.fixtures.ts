import * as aws from '@pulumi/aws'
import type { CustomResourceOptions } from '@pulumi/pulumi'
import { database } from '../testing/database.ts'
import { distribution } from '../testing/distribution.ts'
import { policy } from '../testing/documents.ts'
import type { Fixtures } from '../testing/fixtures.ts'

type Make = (args: { tags?: Record<string, string> }, options?: CustomResourceOptions) => unknown

const vpcId = 'vpc-1'

const MAKE: Readonly<Record<string, Make>> = {
  'EC2.37': (args, on) => new aws.ec2.Eip('it', args, on),
  'EC2.39': (args, on) => new aws.ec2.InternetGateway('it', args, on),
  'EC2.40': (args, on) => new aws.ec2.NatGateway('it', { subnetId: 'subnet-1', ...args }, on),
  'EC2.41': (args, on) => new aws.ec2.NetworkAcl('it', { vpcId, ...args }, on),
  'EC2.42': (args, on) => new aws.ec2.RouteTable('it', { vpcId, ...args }, on),
  'EC2.43': (args, on) => new aws.ec2.SecurityGroup('it', args, on),
  'EC2.44': (args, on) => new aws.ec2.Subnet('it', { vpcId, ...args }, on),
  'EC2.46': (args, on) => new aws.ec2.Vpc('it', args, on),
  'EC2.48': (args, on) => new aws.ec2.FlowLog('it', args, on),
  'ECS.13': (args, on) => new aws.ecs.Service('it', args, on),
  'ECS.14': (args, on) => new aws.ecs.Cluster('it', args, on),
  'ECS.15': (args, on) =>
    new aws.ecs.TaskDefinition('it', { family: 'it', containerDefinitions: '[]', ...args }, on),
  'RDS.30': (args, on) =>
    on
      ? new aws.rds.Instance('it', { instanceClass: 'db.t4g.micro', ...args }, on)
      : database(args),
  'RDS.33': (args, on) => new aws.rds.SubnetGroup('it', { subnetIds: [], ...args }, on),
  'DynamoDB.5': (args, on) => new aws.dynamodb.Table('it', { attributes: [], ...args }, on),
  'CloudFront.14': (args, on) => (on ? new aws.ec2.Eip('beside', {}, on) : distribution(args)),
  'SecretsManager.5': (args, on) => new aws.secretsmanager.Secret('it', args, on),
  'SNS.3': (args, on) => new aws.sns.Topic('it', args, on),
  'SQS.2': (args, on) => new aws.sqs.Queue('it', args, on),
  'IAM.24': (args, on) => new aws.iam.Role('it', { assumeRolePolicy: policy(), ...args }, on),
}

const tagging = () =>
  new aws.Provider('aws', { region: 'eu-west-1', defaultTags: { tags: { Owner: 'team' } } })

export const tagsFixtures: Fixtures = Object.fromEntries(
  Object.entries(MAKE).map(([control, make]) => [
    control,
    {
      passes: {
        'a tag': () => make({ tags: { Owner: 'team' } }),
        'a tag of its provider': () => make({}, { provider: tagging() }),
      },
      fails: {
        'tags are not set': [() => make({}), () => make({ tags: { 'aws:cloudformation:x': 'y' } })],
      },
    },
  ]),
)
