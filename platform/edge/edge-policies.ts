import * as aws from '@pulumi/aws'
import type { CustomResourceOptions } from '@pulumi/pulumi'
import { NAME_LIMITS, physicalName } from '../names.ts'

/** Policies that AWS keeps under the same id in every account. Source: CloudFront developer guide, managed policies. */
export const MANAGED_POLICIES = {
  cachingDisabled: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
  cachingOptimized: '658327ea-f89d-4fab-a63d-7e88639e58f6',
  allViewer: '216adef6-5c7f-47e4-b989-5492eafa07d3',
} as const

const DAY_SECONDS = 86_400
const YEAR_SECONDS = 365 * DAY_SECONDS
/** What the services' own `Vary` names. */
const VARY = ['Authorization', 'Origin']

/**
 * GET and HEAD of public routes. The answer's Cache-Control decides (no word: not kept). `Authorization` is part of the key,
 * so an answer to one token can never be served to another or to none; the services mark those answers `private` besides,
 * which CloudFront does not keep at a least lifetime of 0.
 */
export const publicCachePolicy = (name: string, prefix: string, parent: CustomResourceOptions) =>
  new aws.cloudfront.CachePolicy(
    `${name}-cache`,
    {
      name: physicalName([prefix, 'public'], NAME_LIMITS.edgePolicy),
      comment: 'As Cache-Control says; never across tokens',
      minTtl: 0,
      defaultTtl: 0,
      maxTtl: DAY_SECONDS,
      parametersInCacheKeyAndForwardedToOrigin: {
        headersConfig: { headerBehavior: 'whitelist', headers: { items: VARY } },
        queryStringsConfig: { queryStringBehavior: 'all' },
        cookiesConfig: { cookieBehavior: 'none' },
        enableAcceptEncodingBrotli: true,
        enableAcceptEncodingGzip: true,
      },
    },
    parent,
  )

/** Everything to the service but cookies: those are not in the key, so they may not shape an answer that is kept. */
export const cookielessRequestPolicy = (
  name: string,
  prefix: string,
  parent: CustomResourceOptions,
) =>
  new aws.cloudfront.OriginRequestPolicy(
    `${name}-request`,
    {
      name: physicalName([prefix, 'cookieless'], NAME_LIMITS.edgePolicy),
      comment: 'All headers and query strings, no cookies',
      headersConfig: { headerBehavior: 'allViewer' },
      queryStringsConfig: { queryStringBehavior: 'all' },
      cookiesConfig: { cookieBehavior: 'none' },
    },
    parent,
  )

/** The start page loads its own style, nothing else; an answer of the API is no page. */
const CONTENT_SECURITY = {
  site: "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  api: "default-src 'none'; frame-ancestors 'none'",
} as const

export const headersPolicy = (
  name: string,
  prefix: string,
  kind: keyof typeof CONTENT_SECURITY,
  parent: CustomResourceOptions,
) =>
  new aws.cloudfront.ResponseHeadersPolicy(
    `${name}-${kind}-headers`,
    {
      name: physicalName([prefix, kind], NAME_LIMITS.edgePolicy),
      comment: `Security headers of the ${kind}`,
      securityHeadersConfig: {
        strictTransportSecurity: {
          accessControlMaxAgeSec: YEAR_SECONDS,
          includeSubdomains: true,
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: 'DENY', override: true },
        referrerPolicy: { referrerPolicy: 'no-referrer', override: true },
        contentSecurityPolicy: {
          contentSecurityPolicy: CONTENT_SECURITY[kind],
          override: true,
        },
      },
    },
    parent,
  )
