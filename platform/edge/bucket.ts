import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { NAME_LIMITS, physicalName } from '../names.ts'

export interface BucketArgs {
  /** `shop-dev` */
  prefix: string
  /** What it is for: `logs`. */
  purpose: string
  /** Production: `destroy` refuses while something is in the bucket. */
  protect: boolean
}

/** `-123456789012` */
const ACCOUNT_CHARS = 13

/** A bucket that is encrypted and never public. Its name ends with the account, as bucket names are unique in all of AWS. */
export function closedBucket(
  name: string,
  { prefix, purpose, protect }: BucketArgs,
  parent: pulumi.CustomResourceOptions,
) {
  const { accountId } = aws.getCallerIdentityOutput({}, parent)
  const start = physicalName([prefix, purpose], NAME_LIMITS.bucket - ACCOUNT_CHARS)
  const bucket = new aws.s3.Bucket(
    name,
    { bucket: pulumi.interpolate`${start}-${accountId}`, forceDestroy: !protect },
    parent,
  )
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    {
      bucket: bucket.id,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    },
    parent,
  )
  const access = new aws.s3.BucketPublicAccessBlock(
    `${name}-access`,
    {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    parent,
  )
  return { bucket, access, accountId }
}

/**
 * For a bucket policy: nobody comes without TLS. IAM reads actions in any case. AWS emulators do not, and they take a statement
 * with a condition for a plain refusal: in this spelling they leave a deployer's own reads alone.
 */
export const onlyTls = (arn: pulumi.Output<string>) => ({
  Sid: 'OnlyTls',
  Effect: 'Deny',
  Principal: '*',
  Action: 'S3:*',
  Resource: [arn, pulumi.interpolate`${arn}/*`],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
})
