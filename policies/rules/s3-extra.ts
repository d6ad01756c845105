import { type Bucket, hasLifecycle } from '../reading/buckets.ts'
import { fail, type Rule, stackRule } from '../rule.ts'
import type { StackView } from '../stack-view.ts'

const isVersioned = (bucket: Bucket, stack: StackView): boolean =>
  bucket.inputs.versioning?.enabled === true ||
  stack
    .referrers(bucket, 's3.BucketVersioning', 'bucket')
    .some(({ inputs }) => inputs.versioningConfiguration?.status === 'Enabled')

const isReplicated = (bucket: Bucket, stack: StackView): boolean =>
  bucket.inputs.replicationConfiguration !== undefined ||
  stack
    .referrers(bucket, 's3.BucketReplicationConfig', 'bucket')
    .some(({ inputs }) => (inputs.rules ?? []).some(({ status }) => status === 'Enabled'))

const tells = (bucket: Bucket, stack: StackView): boolean =>
  stack
    .referrers(bucket, 's3.BucketNotification', 'bucket')
    .some(
      ({ inputs: { eventbridge, lambdaFunctions = [], queues = [], topics = [] } }) =>
        eventbridge === true || lambdaFunctions.length + queues.length + topics.length > 0,
    )

const isLocked = (bucket: Bucket, stack: StackView): boolean =>
  bucket.inputs.objectLockEnabled === true ||
  bucket.inputs.objectLockConfiguration !== undefined ||
  stack.referrers(bucket, 's3.BucketObjectLockConfiguration', 'bucket').length > 0

/** `aws:kms`, or `aws:kms:dsse`, in each rule. */
function isKmsEncrypted(bucket: Bucket, stack: StackView): boolean {
  const inside = bucket.inputs.serverSideEncryptionConfiguration?.rule
  const beside = stack
    .referrers(bucket, 's3.BucketServerSideEncryptionConfiguration', 'bucket')
    .flatMap(({ inputs }) => inputs.rules ?? [])
  const algorithms = [...(inside ? [inside] : []), ...beside].map(
    ({ applyServerSideEncryptionByDefault: by }) => by?.sseAlgorithm ?? '',
  )
  return algorithms.length > 0 && algorithms.every(algorithm => algorithm.startsWith('aws:kms'))
}

interface Control {
  control: string
  title: string
  severity: 'low' | 'medium'
  why: string
  /** What is missing, and the line to write. */
  finding: [property: string, problem: string, fix: string]
  applies?: (bucket: Bucket, stack: StackView) => boolean
  holds: (bucket: Bucket, stack: StackView) => boolean
}

const CONTROLS: readonly Control[] = [
  {
    control: 'S3.7',
    title: 'Buckets are copied to another region',
    severity: 'low',
    why: 'files are out of reach while their region is',
    finding: [
      's3.BucketReplicationConfig',
      'of this bucket is not in the stack',
      'new aws.s3.BucketReplicationConfig(…, { bucket, role, rules })',
    ],
    holds: isReplicated,
  },
  {
    control: 'S3.10',
    title: 'Buckets with versions have rules for when old ones end',
    severity: 'medium',
    why: 'old versions stay, cost and can leak for ever',
    finding: [
      's3.BucketLifecycleConfiguration',
      'of this bucket has no rule in force',
      'rules: [{ id, status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 30 } }]',
    ],
    applies: isVersioned,
    holds: hasLifecycle,
  },
  {
    control: 'S3.11',
    title: 'Buckets tell of what changes in them',
    severity: 'medium',
    why: 'nobody notices files that are put, replaced or deleted',
    finding: [
      's3.BucketNotification',
      'of this bucket is not in the stack',
      'new aws.s3.BucketNotification(…, { bucket: bucket.id, eventbridge: true })',
    ],
    holds: tells,
  },
  {
    control: 'S3.14',
    title: 'Buckets keep old versions',
    severity: 'low',
    why: 'what is overwritten or deleted is gone',
    finding: [
      's3.BucketVersioning',
      'of this bucket is not in force',
      "new aws.s3.BucketVersioning(…, { bucket: bucket.id, versioningConfiguration: { status: 'Enabled' } })",
    ],
    holds: isVersioned,
  },
  {
    control: 'S3.15',
    title: 'Buckets keep files from being changed',
    severity: 'medium',
    why: 'an intruder can delete or falsify what is kept as evidence',
    finding: [
      'objectLockEnabled',
      'is not set',
      'objectLockEnabled: true, and a BucketObjectLockConfiguration',
    ],
    holds: isLocked,
  },
  {
    control: 'S3.17',
    title: 'Buckets are encrypted by a key of KMS',
    severity: 'medium',
    why: 'who may read the bucket can read the files: no second permission, no record of each use',
    finding: [
      's3.BucketServerSideEncryptionConfiguration',
      'of this bucket names no key of KMS',
      "rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key.arn }, bucketKeyEnabled: true }]",
    ],
    holds: isKmsEncrypted,
  },
]

export const s3Extra: readonly Rule[] = CONTROLS.map(
  ({ finding: [property, problem, fix], holds, ...control }) =>
    stackRule('s3.Bucket', {
      ...control,
      check: (bucket, stack) => (holds(bucket, stack) ? undefined : fail(property, problem, fix)),
    }),
)
