import * as aws from '@pulumi/aws'
import { behaviour, distribution } from '../testing/distribution.ts'
import type { Fixtures } from '../testing/fixtures.ts'

type Args = Partial<aws.cloudfront.DistributionArgs>
type Origin = aws.types.input.cloudfront.DistributionOrigin

const cdn = (args: Args) => () => distribution(args)

const custom = (originProtocolPolicy: string, originSslProtocols = ['TLSv1.2']): Origin => ({
  originId: 'origin',
  domainName: 'origin.example.com',
  customOriginConfig: { httpPort: 80, httpsPort: 443, originProtocolPolicy, originSslProtocols },
})

/** A load balancer inside a VPC, which has its settings in a resource of its own. */
const inVpc =
  (originProtocolPolicy: string, protocol = 'TLSv1.2') =>
  () => {
    const { id } = new aws.cloudfront.VpcOrigin('origin', {
      vpcOriginEndpointConfig: {
        name: 'origin',
        arn: 'arn:aws:elasticloadbalancing:lb',
        httpPort: 80,
        httpsPort: 443,
        originProtocolPolicy,
        originSslProtocols: { items: [protocol], quantity: 1 },
      },
    })
    distribution({
      origins: [
        {
          originId: 'origin',
          domainName: 'origin.example.com',
          vpcOriginConfig: { vpcOriginId: id },
        },
      ],
    })
  }

const ofBucket =
  (more: Partial<Origin> = {}) =>
  () => {
    const bucket = new aws.s3.Bucket('site', { bucket: 'site' })
    distribution({
      origins: [{ originId: 'site', domainName: bucket.bucketRegionalDomainName, ...more }],
    })
  }

const members = ['a', 'b'].map(originId => ({ originId }))
const groupOf = (among: { originId: string }[]) => [
  { originId: 'group', failoverCriteria: { statusCodes: [503] }, members: among },
]

export const cloudfrontOriginsFixtures: Fixtures = {
  'CloudFront.4': {
    passes: { 'a second one': cdn({ originGroups: groupOf(members) }) },
    fails: {
      'originGroups is not set': [cdn({}), cdn({ originGroups: groupOf(members.slice(1)) })],
    },
  },
  'CloudFront.9': {
    passes: {
      HTTPS: cdn({ origins: [custom('https-only')] }),
      'as viewers, who come by HTTPS': cdn({ origins: [custom('match-viewer')] }),
      'HTTPS inside the VPC': inVpc('https-only'),
      'a bucket': ofBucket(),
    },
    fails: {
      'origins[0] originProtocolPolicy is "http-only"': cdn({ origins: [custom('http-only')] }),
      'origins[1] originProtocolPolicy is "match-viewer"': cdn({
        origins: [custom('https-only'), custom('match-viewer')],
        defaultCacheBehavior: behaviour({ viewerProtocolPolicy: 'allow-all' }),
      }),
      'originProtocolPolicy is "http-only"': inVpc('http-only'),
    },
    unknown: {
      'origins refers to no cloudfront.VpcOrigin of this stack': cdn({
        origins: [
          { originId: 'o', domainName: 'o.example.com', vpcOriginConfig: { vpcOriginId: 'vo_1' } },
        ],
      }),
    },
  },
  'CloudFront.10': {
    passes: {
      'TLS 1.2': cdn({ origins: [custom('https-only')] }),
      'in the VPC': inVpc('https-only'),
    },
    fails: {
      'origins[0] originSslProtocols has SSLv3': cdn({
        origins: [custom('https-only', ['TLSv1.2', 'SSLv3'])],
      }),
      'originSslProtocols has SSLv3': inVpc('https-only', 'SSLv3'),
    },
  },
  'CloudFront.12': {
    passes: { 'a bucket of the stack': ofBucket(), 'no bucket': cdn({}) },
    fails: {},
    unknown: {
      'origins[0].domainName names the bucket "gone", which is not of this stack': ofBucket({
        domainName: 'gone.s3.eu-west-1.amazonaws.com',
      }),
      'names the bucket "gone"': ofBucket({ domainName: 'gone.s3.amazonaws.com' }),
    },
  },
  'CloudFront.13': {
    passes: {
      'access control': ofBucket({ originAccessControlId: 'E1' }),
      'a website endpoint, which is no bucket to CloudFront': ofBucket({
        domainName: 'site.s3-website-eu-west-1.amazonaws.com',
      }),
    },
    fails: {
      'origins[0].originAccessControlId is not set': [
        ofBucket(),
        ofBucket({ originAccessControlId: '' }),
      ],
    },
  },
}
