import { isGiven } from '../not-evaluated.ts'
import type { ResourceOf } from '../resource.ts'
import { behavioursOf } from '../reading/behaviours.ts'
import { fail, rule, type Rule, shown, stackRule, wants } from '../rule.ts'

type Distribution = ResourceOf<'cloudfront.Distribution'>

const ownCertificate = ({ inputs: { viewerCertificate: given } }: Distribution): boolean =>
  isGiven(given, 'acmCertificateArn') || isGiven(given, 'iamCertificateId')

/** From this year on the policies of CloudFront have TLS 1.2 and no weak ciphers. */
const FIRST_YEAR = 2021

const isRecommended = (policy: string): boolean => {
  const [, minor, year] = /^TLSv1\.([23])_(\d{4})$/.exec(policy) ?? []
  return minor !== undefined && Number(year) >= FIRST_YEAR
}

export const cloudfront: readonly Rule[] = [
  rule('cloudfront.Distribution', {
    control: 'CloudFront.1',
    title: 'Distributions have a page for their root',
    severity: 'high',
    why: 'a request for the root can list everything in the bucket behind it',
    check: ({ inputs }) =>
      wants(
        inputs,
        'defaultRootObject',
        (page = '') => page !== '',
        "defaultRootObject: 'index.html'",
      ),
  }),
  rule('cloudfront.Distribution', {
    control: 'CloudFront.3',
    title: 'Viewers come by HTTPS',
    severity: 'medium',
    why: 'passwords and tokens cross the internet in plain',
    check: distribution => {
      const plain = behavioursOf(distribution).find(
        ({ policy }) => policy !== 'https-only' && policy !== 'redirect-to-https',
      )
      return plain
        ? fail(
            `${plain.path}.viewerProtocolPolicy`,
            shown(plain.policy),
            "viewerProtocolPolicy: 'redirect-to-https'",
          )
        : undefined
    },
  }),
  stackRule('cloudfront.Distribution', {
    control: 'CloudFront.5',
    title: 'Distributions log every request',
    severity: 'medium',
    why: 'nobody can tell afterwards who asked for what',
    check: (distribution, stack) => {
      if (isGiven(distribution.inputs.loggingConfig, 'bucket')) return undefined
      // The newer way: a delivery of CloudWatch Logs, to whatever destination.
      const delivered =
        stack.referrers(distribution, 'cloudwatch.LogDeliverySource', 'resourceArn').length > 0
      return delivered
        ? undefined
        : fail(
            'loggingConfig',
            'is not set',
            'loggingConfig: { bucket: logs.bucketDomainName, prefix }',
          )
    },
  }),
  rule('cloudfront.Distribution', {
    control: 'CloudFront.6',
    title: 'A firewall stands before each distribution',
    severity: 'medium',
    why: 'floods and known attacks reach the services',
    check: ({ inputs }) =>
      isGiven(inputs, 'webAclId')
        ? undefined
        : fail(
            'webAclId',
            shown(inputs.webAclId),
            'webAclId: acl.arn of a wafv2.WebAcl in us-east-1',
          ),
  }),
  rule('cloudfront.Distribution', {
    control: 'CloudFront.7',
    title: 'Distributions have a certificate of their own',
    severity: 'low',
    why: "viewers see CloudFront's name in place of yours, and its default takes TLS 1.0",
    check: distribution =>
      ownCertificate(distribution)
        ? undefined
        : fail(
            'viewerCertificate',
            'is the default of CloudFront',
            "viewerCertificate: { acmCertificateArn, sslSupportMethod: 'sni-only', minimumProtocolVersion: 'TLSv1.2_2021' } and aliases",
          ),
  }),
  rule('cloudfront.Distribution', {
    control: 'CloudFront.8',
    title: 'Distributions tell names apart by SNI',
    severity: 'low',
    why: 'addresses of your own cost 600 USD a month and serve clients that nobody has',
    applies: ownCertificate,
    check: ({ inputs: { viewerCertificate } }) =>
      viewerCertificate?.sslSupportMethod === 'sni-only'
        ? undefined
        : fail(
            'viewerCertificate.sslSupportMethod',
            shown(viewerCertificate?.sslSupportMethod),
            "sslSupportMethod: 'sni-only'",
          ),
  }),
  rule('cloudfront.Distribution', {
    control: 'CloudFront.15',
    title: 'Viewers come by TLS 1.2 and later',
    severity: 'medium',
    why: 'older TLS can be read by who listens',
    check: ({ inputs: { viewerCertificate } }) => {
      const policy = viewerCertificate?.minimumProtocolVersion
      return isRecommended(policy ?? '')
        ? undefined
        : fail(
            'viewerCertificate.minimumProtocolVersion',
            viewerCertificate?.cloudfrontDefaultCertificate === true
              ? 'is TLSv1 with the default certificate'
              : shown(policy),
            "minimumProtocolVersion: 'TLSv1.2_2021'",
          )
    },
  }),
]
