import type { PreviewResource } from './stack-preview.ts'

/** Types that hold what nobody can make again, with what is lost when one is replaced or deleted. */
const STATEFUL: Readonly<Record<string, string>> = {
  'aws:backup/vault:Vault': 'backups',
  'aws:cloudwatch/logGroup:LogGroup': 'logs',
  'aws:cognito/identityPool:IdentityPool': 'the identities that clients were given',
  'aws:cognito/userPool:UserPool': 'accounts',
  'aws:docdb/cluster:Cluster': 'data',
  'aws:dynamodb/globalTable:GlobalTable': 'data',
  'aws:dynamodb/table:Table': 'data',
  'aws:ec2/subnet:Subnet': 'every network interface in it',
  'aws:ec2/vpc:Vpc': 'every network interface in it',
  'aws:ecr/repository:Repository': 'images',
  'aws:efs/fileSystem:FileSystem': 'files',
  'aws:elasticache/cluster:Cluster': 'cached data',
  'aws:elasticache/replicationGroup:ReplicationGroup': 'cached data',
  'aws:elasticache/serverlessCache:ServerlessCache': 'cached data',
  'aws:kms/key:Key': 'everything encrypted with it',
  'aws:kms/replicaKey:ReplicaKey': 'everything encrypted with it',
  'aws:rds/cluster:Cluster': 'data',
  'aws:rds/instance:Instance': 'data',
  'aws:route53/zone:Zone': 'name servers and records',
  'aws:s3/bucket:Bucket': 'objects',
  'aws:s3/bucketV2:BucketV2': 'objects',
  'aws:secretsmanager/secret:Secret': 'secret values',
  'aws:secretsmanager/secretVersion:SecretVersion': 'a secret value',
  'aws:sqs/queue:Queue': 'messages',
  'aws:ssm/parameter:Parameter': 'its value',
  'random:index/randomBytes:RandomBytes': 'a secret value',
  'random:index/randomPassword:RandomPassword': 'a secret value',
}

/** What would be lost with the resource; undefined for what can be made again. */
export const lostWith = ({ type }: Pick<PreviewResource, 'type'>): string | undefined =>
  STATEFUL[type]

const PROTECTING = ['deletionProtection', 'enableDeletionProtection', 'deletionProtectionEnabled']

/** Why Pulumi or AWS would refuse to delete it, or what it leaves behind. */
export function protectionOf({ protect, retainOnDelete, inputs }: PreviewResource): string[] {
  return [
    ...(protect ? ['protected: Pulumi refuses to delete it'] : []),
    ...(retainOnDelete ? ['stays in AWS'] : []),
    ...PROTECTING.filter(key => inputs[key] === true).map(
      key => `${key}: AWS refuses to delete it`,
    ),
  ]
}
