import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { closedBucket, onlyTls } from './bucket.ts'

export interface LogBucketArgs {
  /** `shop-dev` */
  prefix: string
  /** Days until a log is deleted. */
  logDays: number
  /** Production: `destroy` refuses while logs are in the bucket. */
  protect: boolean
}

/**
 * Bucket for access logs of CloudFront, the load balancer and the site bucket, each under a prefix of its own. Encrypted by
 * S3 itself, as neither writer can use a KMS key of ours. Costs cents a month: 0.023 USD per GB.
 */
export class LogBucket extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>
  /** Where CloudFront writes: its logging takes this in place of the name. */
  readonly domainName: pulumi.Output<string>
  /** Writers need this before they are switched on. */
  readonly policy: aws.s3.BucketPolicy

  constructor(name: string, args: LogBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:LogBucket', name, {}, opts)
    const parent = { parent: this }
    const { bucket, access, accountId } = closedBucket(name, { ...args, purpose: 'logs' }, parent)
    // CloudFront's log delivery needs ACLs, which S3 switches off by default.
    const ownership = new aws.s3.BucketOwnershipControls(
      `${name}-ownership`,
      { bucket: bucket.id, rule: { objectOwnership: 'BucketOwnerPreferred' } },
      parent,
    )
    expireLogs(name, bucket, args.logDays, parent)
    this.policy = new aws.s3.BucketPolicy(
      `${name}-policy`,
      { bucket: bucket.id, policy: logPolicy(bucket.arn, accountId) },
      { ...parent, dependsOn: [access, ownership] },
    )
    this.name = bucket.id
    this.domainName = bucket.bucketRegionalDomainName
    this.registerOutputs({ name: this.name, domainName: this.domainName })
  }
}

function expireLogs(
  name: string,
  bucket: aws.s3.Bucket,
  days: number,
  parent: pulumi.CustomResourceOptions,
): void {
  new aws.s3.BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    {
      bucket: bucket.id,
      rules: [
        {
          id: 'expire',
          status: 'Enabled',
          filter: { prefix: '' },
          expiration: { days },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    parent,
  )
}

function logPolicy(
  bucketArn: pulumi.Output<string>,
  accountId: pulumi.Output<string>,
): pulumi.Output<string> {
  const write = (service: string, resource: pulumi.Output<string>) => ({
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 's3:PutObject',
    Resource: resource,
  })
  return pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: [
      onlyTls(bucketArn),
      write(
        'logdelivery.elasticloadbalancing.amazonaws.com',
        pulumi.interpolate`${bucketArn}/load-balancer/AWSLogs/${accountId}/*`,
      ),
      {
        ...write('logging.s3.amazonaws.com', pulumi.interpolate`${bucketArn}/site/*`),
        Condition: { StringEquals: { 'aws:SourceAccount': accountId } },
      },
    ],
  })
}
