import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { closedBucket, onlyTls } from './bucket.ts'
import type { LogBucket } from './log-bucket.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import { siteFiles, siteFunction } from './site-files.ts'

export interface SiteArgs {
  /** `shop-dev` */
  prefix: string
  logs: LogBucket
  /** Production: `destroy` refuses while something is in the bucket. */
  protect: boolean
}

const OLD_VERSION_DAYS = 30

/**
 * Bucket with the files of `platform/edge/site`, which only one distribution may read (origin access control), and the function
 * that answers what is no file. Encrypted by S3 itself: a KMS key would have to trust CloudFront and costs a request per
 * object. Costs cents a month.
 */
export class Site extends pulumi.ComponentResource {
  readonly domainName: pulumi.Output<string>
  readonly accessControlId: pulumi.Output<string>
  readonly functionArn: pulumi.Output<string>
  readonly bucket: aws.s3.Bucket
  readonly #name: string
  readonly #access: aws.s3.BucketPublicAccessBlock

  constructor(name: string, args: SiteArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Site', name, {}, opts)
    this.#name = name
    const parent = { parent: this }
    const { bucket, access } = closedBucket(name, { ...args, purpose: 'site' }, parent)
    this.bucket = bucket
    this.#access = access
    const versioning = keepVersions(name, bucket, parent)
    new aws.s3.BucketLogging(
      `${name}-logging`,
      { bucket: bucket.id, targetBucket: args.logs.name, targetPrefix: 'site/' },
      { ...parent, dependsOn: [args.logs.policy] },
    )
    // What is published before has no version, and `destroy` could not clear it away.
    publishFiles(name, bucket, { ...parent, dependsOn: [versioning] })
    const control = new aws.cloudfront.OriginAccessControl(
      `${name}-control`,
      {
        name: physicalName([args.prefix, 'site'], NAME_LIMITS.edgeFunction),
        description: 'Signs the requests of CloudFront to the site bucket',
        originAccessControlOriginType: 's3',
        signingBehavior: 'always',
        signingProtocol: 'sigv4',
      },
      parent,
    )
    const paths = new aws.cloudfront.Function(
      `${name}-paths`,
      {
        name: physicalName([args.prefix, 'site-paths'], NAME_LIMITS.edgeFunction),
        comment: 'Answers 404 for what is no file of the site',
        runtime: 'cloudfront-js-2.0',
        code: siteFunction(),
        publish: true,
      },
      parent,
    )
    this.domainName = bucket.bucketRegionalDomainName
    this.accessControlId = control.id
    this.functionArn = paths.arn
    this.registerOutputs({ domainName: this.domainName })
  }

  /** Lets this one distribution read; it exists only after the site. */
  allow(distributionArn: pulumi.Output<string>): void {
    const policy = pulumi.jsonStringify({
      Version: '2012-10-17',
      Statement: [
        onlyTls(this.bucket.arn),
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudfront.amazonaws.com' },
          // The case is for emulators, see `onlyTls`.
          Action: 'S3:GetObject',
          Resource: pulumi.interpolate`${this.bucket.arn}/*`,
          Condition: { StringEquals: { 'AWS:SourceArn': distributionArn } },
        },
      ],
    })
    new aws.s3.BucketPolicy(
      `${this.#name}-policy`,
      { bucket: this.bucket.id, policy },
      { parent: this, dependsOn: [this.#access] },
    )
  }
}

function keepVersions(
  name: string,
  bucket: aws.s3.Bucket,
  parent: pulumi.CustomResourceOptions,
): aws.s3.BucketVersioning {
  const versioning = new aws.s3.BucketVersioning(
    `${name}-versioning`,
    { bucket: bucket.id, versioningConfiguration: { status: 'Enabled' } },
    parent,
  )
  new aws.s3.BucketOwnershipControls(
    `${name}-ownership`,
    { bucket: bucket.id, rule: { objectOwnership: 'BucketOwnerEnforced' } },
    parent,
  )
  new aws.s3.BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    {
      bucket: bucket.id,
      rules: [
        {
          id: 'old-versions',
          status: 'Enabled',
          filter: { prefix: '' },
          noncurrentVersionExpiration: { noncurrentDays: OLD_VERSION_DAYS },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    { ...parent, dependsOn: [versioning] },
  )
  return versioning
}

function publishFiles(
  name: string,
  bucket: aws.s3.Bucket,
  parent: pulumi.CustomResourceOptions,
): void {
  for (const { key, path, contentType } of siteFiles())
    new aws.s3.BucketObjectv2(
      `${name}-file-${key}`,
      {
        bucket: bucket.id,
        key,
        source: new pulumi.asset.FileAsset(path),
        contentType,
        cacheControl: 'public, max-age=300',
      },
      parent,
    )
}
