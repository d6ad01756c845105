import type { Statement } from '../statements.ts'

/** Where `pulumi login s3://BUCKET` keeps a stack. */
export interface StateStore {
  /** Name of the bucket; undefined where Pulumi Cloud has the state. */
  bucket?: string | undefined
  /** ARN of the KMS key of the stack's secrets, and of the bucket where that has one. */
  keyArn?: string | undefined
}

/** Which stack: its files have these names in the bucket. */
export interface StackName {
  /** `aws` */
  partition: string
  /** `shop` */
  project: string
  /** `dev` */
  stack: string
}

/**
 * What a preview needs of the state: it reads this stack's, no other one's, and writes nothing but its lock. Where Pulumi puts
 * what: `pkg/backend/diy` of its source, `meta.go`, `store.go`, `lock.go`.
 */
export const stateStatements = (name: StackName, { bucket, keyArn }: StateStore): Statement[] => [
  ...(bucket === undefined ? [] : bucketStatements(name, bucket)),
  ...(keyArn === undefined ? [] : keyStatements(name, keyArn)),
]

function bucketStatements({ partition, project, stack }: StackName, bucket: string): Statement[] {
  const arn = `arn:${partition}:s3:::${bucket}`
  const locks = `${arn}/.pulumi/locks/organization/${project}/${stack}/*`
  return [
    // Names alone; without it S3 says of what is not there that it is forbidden.
    { Sid: 'ListState', Effect: 'Allow', Action: 's3:ListBucket', Resource: arn },
    {
      Sid: 'ReadState',
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: [
        `${arn}/.pulumi/meta.yaml`,
        // dev.json, dev.json.gz, dev.pulumi-tags
        `${arn}/.pulumi/stacks/${project}/${stack}.*`,
        locks,
      ],
    },
    {
      Sid: 'Lock',
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:DeleteObject'],
      Resource: locks,
    },
  ]
}

function keyStatements({ partition }: StackName, keyArn: string): Statement[] {
  const [, , , region] = keyArn.split(':')
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'
  return [
    { Sid: 'OpenSecrets', Effect: 'Allow', Action: 'kms:Decrypt', Resource: keyArn },
    {
      Sid: 'EncryptTheLock',
      Effect: 'Allow',
      Action: 'kms:GenerateDataKey',
      Resource: keyArn,
      Condition: { StringEquals: { 'kms:ViaService': `s3.${region}.${suffix}` } },
    },
  ]
}
