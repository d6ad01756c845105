import { isGiven, NotEvaluated } from '../not-evaluated.ts'
import type { ResourceOf } from '../resource.ts'
import { fail, rule, type Rule, shown, stackRule } from '../rule.ts'
import { behavioursOf } from '../reading/behaviours.ts'

type Distribution = ResourceOf<'cloudfront.Distribution'>

const originsOf = ({ inputs: { origins = [] } }: Distribution) =>
  origins.map((origin, i) => ({ ...origin, path: `origins[${i}]` }))

/** `shop.s3.eu-west-1.amazonaws.com`, with a dash before the region, without one; not the website endpoints. */
const S3_ORIGIN = /\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/

const isBucket = (domainName: string): boolean =>
  S3_ORIGIN.test(domainName) && !domainName.includes('.s3-website')

export const cloudfrontOrigins: readonly Rule[] = [
  rule('cloudfront.Distribution', {
    control: 'CloudFront.4',
    title: 'Distributions have a second origin to turn to',
    severity: 'low',
    why: 'nothing is served while the one origin is down',
    check: ({ inputs: { originGroups = [] } }) =>
      originGroups.some(({ members }) => members.length > 1)
        ? undefined
        : fail(
            'originGroups',
            'is not set',
            'originGroups: [{ originId, members, failoverCriteria }]',
          ),
  }),
  stackRule('cloudfront.Distribution', {
    control: 'CloudFront.9',
    title: 'Distributions ask their origins by HTTPS',
    severity: 'medium',
    why: 'what viewers send by HTTPS goes on in plain',
    check: (distribution, stack) => {
      const viewersArePlain = behavioursOf(distribution).some(
        ({ policy }) => policy === 'allow-all',
      )
      for (const { path, customOriginConfig, vpcOriginConfig } of originsOf(distribution)) {
        const policy = vpcOriginConfig
          ? stack.target(distribution, 'cloudfront.VpcOrigin', 'origins', vpcOriginConfig).inputs
              .vpcOriginEndpointConfig?.originProtocolPolicy
          : customOriginConfig?.originProtocolPolicy
        const hasPolicy = Boolean(customOriginConfig ?? vpcOriginConfig)
        const holds = policy === 'https-only' || (policy === 'match-viewer' && !viewersArePlain)
        if (hasPolicy && !holds)
          return fail(
            `${path} originProtocolPolicy`,
            shown(policy),
            "originProtocolPolicy: 'https-only'",
          )
      }
      return undefined
    },
  }),
  stackRule('cloudfront.Distribution', {
    control: 'CloudFront.10',
    title: 'Distributions ask their origins by TLS that is not broken',
    severity: 'medium',
    why: 'SSLv3 can be read by who listens',
    check: (distribution, stack) => {
      for (const { path, customOriginConfig, vpcOriginConfig } of originsOf(distribution)) {
        const protocols = vpcOriginConfig
          ? stack.target(distribution, 'cloudfront.VpcOrigin', 'origins', vpcOriginConfig).inputs
              .vpcOriginEndpointConfig?.originSslProtocols?.items
          : customOriginConfig?.originSslProtocols
        if (protocols?.includes('SSLv3'))
          return fail(`${path} originSslProtocols`, 'has SSLv3', "originSslProtocols: ['TLSv1.2']")
      }
      return undefined
    },
  }),
  stackRule('cloudfront.Distribution', {
    control: 'CloudFront.12',
    title: 'Buckets behind distributions exist',
    severity: 'high',
    why: 'whoever makes a bucket of that name serves your pages',
    check: (distribution, stack) => {
      for (const { path, domainName } of originsOf(distribution)) {
        if (!isBucket(domainName)) continue
        const name = domainName.replace(S3_ORIGIN, '')
        const isOurs = stack
          .all('s3.Bucket')
          .some(bucket => bucket.inputs.bucket === name || bucket.outputs['bucket'] === name)
        if (!isOurs)
          throw new NotEvaluated(
            `${path}.domainName`,
            `names the bucket "${name}", which is not of this stack`,
          )
      }
      return undefined
    },
  }),
  rule('cloudfront.Distribution', {
    control: 'CloudFront.13',
    title: 'Buckets answer their distribution alone',
    severity: 'medium',
    why: 'viewers reach the bucket past firewall and log',
    check: distribution => {
      const open = originsOf(distribution).find(
        origin => isBucket(origin.domainName) && !isGiven(origin, 'originAccessControlId'),
      )
      return open
        ? fail(
            `${open.path}.originAccessControlId`,
            'is not set',
            'originAccessControlId: the id of an OriginAccessControl for s3',
          )
        : undefined
    },
  }),
]
