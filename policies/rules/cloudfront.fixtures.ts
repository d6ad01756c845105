import * as aws from '@pulumi/aws'
import { behaviour, distribution } from '../testing/distribution.ts'
import type { Fixtures } from '../testing/fixtures.ts'

type Args = Partial<aws.cloudfront.DistributionArgs>

const cdn = (args: Args) => () => distribution(args)

const certified = (more: object) =>
  cdn({ viewerCertificate: { acmCertificateArn: 'arn:aws:acm:certificate', ...more } })

export const cloudfrontFixtures: Fixtures = {
  'CloudFront.1': {
    passes: { 'a page': cdn({ defaultRootObject: 'index.html' }) },
    fails: {
      'defaultRootObject is not set': cdn({}),
      'defaultRootObject is ""': cdn({ defaultRootObject: '' }),
    },
  },
  'CloudFront.3': {
    passes: {
      'sends them to HTTPS': cdn({}),
      'HTTPS alone': cdn({
        defaultCacheBehavior: behaviour({ viewerProtocolPolicy: 'https-only' }),
      }),
    },
    fails: {
      'defaultCacheBehavior.viewerProtocolPolicy is "allow-all"': cdn({
        defaultCacheBehavior: behaviour({ viewerProtocolPolicy: 'allow-all' }),
      }),
      'orderedCacheBehaviors[1].viewerProtocolPolicy is "allow-all"': cdn({
        orderedCacheBehaviors: [
          { ...behaviour(), pathPattern: '/a' },
          { ...behaviour({ viewerProtocolPolicy: 'allow-all' }), pathPattern: '/b' },
        ],
      }),
    },
  },
  'CloudFront.5': {
    passes: {
      'to a bucket': cdn({ loggingConfig: { bucket: 'logs.s3.amazonaws.com' } }),
      'by CloudWatch': () => {
        new aws.cloudwatch.LogDeliverySource('logs', {
          name: 'cdn',
          logType: 'ACCESS_LOGS',
          resourceArn: distribution({}).arn,
        })
      },
    },
    fails: { 'loggingConfig is not set': cdn({}) },
  },
  'CloudFront.6': {
    passes: { 'a firewall': cdn({ webAclId: 'arn:aws:wafv2:acl' }) },
    fails: { 'webAclId is not set': cdn({}), 'webAclId is ""': cdn({ webAclId: '' }) },
  },
  'CloudFront.7': {
    passes: {
      'of ACM': certified({}),
      'of IAM': cdn({ viewerCertificate: { iamCertificateId: 'certificate' } }),
    },
    fails: { 'viewerCertificate is the default of CloudFront': cdn({}) },
  },
  'CloudFront.8': {
    passes: {
      SNI: certified({ sslSupportMethod: 'sni-only' }),
      'the default certificate': cdn({}),
    },
    fails: {
      'viewerCertificate.sslSupportMethod is "vip"': certified({ sslSupportMethod: 'vip' }),
      'viewerCertificate.sslSupportMethod is not set': certified({}),
    },
  },
  'CloudFront.15': {
    passes: {
      'of 2021': certified({ minimumProtocolVersion: 'TLSv1.2_2021' }),
      'of 2025': certified({ minimumProtocolVersion: 'TLSv1.3_2025' }),
    },
    fails: {
      'viewerCertificate.minimumProtocolVersion is TLSv1 with the default certificate': cdn({}),
      'viewerCertificate.minimumProtocolVersion is not set': certified({}),
      'viewerCertificate.minimumProtocolVersion is "TLSv1.2_2019"': certified({
        minimumProtocolVersion: 'TLSv1.2_2019',
      }),
      'viewerCertificate.minimumProtocolVersion is "TLSv1.1_2016"': certified({
        minimumProtocolVersion: 'TLSv1.1_2016',
      }),
    },
  },
}
