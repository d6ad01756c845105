import * as aws from '@pulumi/aws'
import { bucketOf, bucketWith } from '../testing/bucket.ts'
import type { Fixtures } from '../testing/fixtures.ts'

type Beside = (bucket: aws.s3.Bucket) => unknown

const versions =
  (status: string): Beside =>
  bucket =>
    new aws.s3.BucketVersioning('versions', {
      bucket: bucket.id,
      versioningConfiguration: { status },
    })
const lifecycle =
  (status: string): Beside =>
  bucket =>
    new aws.s3.BucketLifecycleConfiguration('lifecycle', {
      bucket: bucket.id,
      rules: [{ id: 'old', status }],
    })
const replication =
  (status: string): Beside =>
  bucket =>
    new aws.s3.BucketReplicationConfig('copy', {
      bucket: bucket.id,
      role: 'arn:aws:iam::123456789012:role/copy',
      rules: [{ status, destination: { bucket: 'arn:aws:s3:::copy' } }],
    })
const telling =
  (args: Omit<aws.s3.BucketNotificationArgs, 'bucket'>): Beside =>
  bucket =>
    new aws.s3.BucketNotification('tell', { bucket: bucket.id, ...args })
const encryption =
  (...algorithms: string[]): Beside =>
  bucket =>
    new aws.s3.BucketServerSideEncryptionConfiguration('encryption', {
      bucket: bucket.id,
      rules: algorithms.map(sseAlgorithm => ({
        applyServerSideEncryptionByDefault: { sseAlgorithm },
      })),
    })

export const s3ExtraFixtures: Fixtures = {
  'S3.7': {
    passes: { copied: bucketWith(replication('Enabled')) },
    fails: {
      's3.BucketReplicationConfig of this bucket is not in the stack': [
        bucketWith(),
        bucketWith(replication('Disabled')),
      ],
    },
  },
  'S3.10': {
    passes: {
      'versions that end': bucketWith(versions('Enabled'), lifecycle('Enabled')),
      'no versions': bucketWith(),
    },
    fails: {
      's3.BucketLifecycleConfiguration of this bucket has no rule in force': [
        bucketWith(versions('Enabled')),
        bucketWith(versions('Enabled'), lifecycle('Disabled')),
        () => bucketOf({ versioning: { enabled: true } }),
      ],
    },
  },
  'S3.11': {
    passes: {
      EventBridge: bucketWith(telling({ eventbridge: true })),
      'a queue': bucketWith(
        telling({ queues: [{ queueArn: 'arn:aws:sqs:q', events: ['s3:ObjectCreated:*'] }] }),
      ),
    },
    fails: {
      's3.BucketNotification of this bucket is not in the stack': [
        bucketWith(),
        bucketWith(telling({})),
      ],
    },
  },
  'S3.14': {
    passes: {
      beside: bucketWith(versions('Enabled')),
      inside: () => bucketOf({ versioning: { enabled: true } }),
    },
    fails: {
      's3.BucketVersioning of this bucket is not in force': [
        bucketWith(),
        bucketWith(versions('Suspended')),
      ],
    },
  },
  'S3.15': {
    passes: {
      inside: () => bucketOf({ objectLockEnabled: true }),
      beside: bucketWith(
        bucket => new aws.s3.BucketObjectLockConfiguration('lock', { bucket: bucket.id }),
      ),
    },
    fails: { 'objectLockEnabled is not set': bucketWith() },
  },
  'S3.17': {
    passes: {
      'a key': bucketWith(encryption('aws:kms')),
      'a key, twice': bucketWith(encryption('aws:kms:dsse')),
      inside: () =>
        bucketOf({
          serverSideEncryptionConfiguration: {
            rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms' } },
          },
        }),
    },
    fails: {
      's3.BucketServerSideEncryptionConfiguration of this bucket names no key of KMS': [
        bucketWith(),
        bucketWith(encryption('AES256')),
        bucketWith(encryption('aws:kms', 'AES256')),
      ],
    },
  },
}
