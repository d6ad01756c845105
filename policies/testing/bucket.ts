import * as aws from '@pulumi/aws'

/** A bucket with nothing beside it. */
export const bucketOf = (args: aws.s3.BucketArgs = {}): aws.s3.Bucket =>
  new aws.s3.Bucket('files', args)

/** A bucket with what a program puts beside it. */
export const bucketWith =
  (...beside: ((bucket: aws.s3.Bucket) => unknown)[]) =>
  (): void => {
    const bucket = bucketOf()
    for (const add of beside) add(bucket)
  }

type Blocks = Partial<Omit<aws.s3.BucketPublicAccessBlockArgs, 'bucket'>>

export const CLOSED = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
} satisfies Blocks

export const blocks =
  (args: Blocks = CLOSED) =>
  (bucket: aws.s3.Bucket) =>
    new aws.s3.BucketPublicAccessBlock('block', { bucket: bucket.id, ...args })

export const policies = (policy: string) => (bucket: aws.s3.Bucket) =>
  new aws.s3.BucketPolicy('policy', { bucket: bucket.id, policy })

export const lists = (args: Omit<aws.s3.BucketAclArgs, 'bucket'>) => (bucket: aws.s3.Bucket) =>
  new aws.s3.BucketAcl('acl', { bucket: bucket.id, ...args })
