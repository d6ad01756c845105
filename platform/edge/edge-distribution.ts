import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Behaviour } from './edge-behaviours.ts'
import type { EdgeLoadBalancer } from './edge-load-balancer.ts'
import {
  cookielessRequestPolicy,
  headersPolicy,
  MANAGED_POLICIES,
  publicCachePolicy,
} from './edge-policies.ts'
import type { LogBucket } from './log-bucket.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import type { Site } from './site.ts'

export interface EdgeDistributionArgs {
  /** `shop-dev` */
  prefix: string
  behaviours: readonly Behaviour[]
  loadBalancer: EdgeLoadBalancer
  site: Site
  logs: LogBucket
  webAclArn: pulumi.Output<string>
  /** Without one: CloudFront's own name and certificate. */
  certificate?: { domainName: string; arn: pulumi.Output<string> }
}

const API = 'api'
const SITE = 'site'
const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
const READS = ['GET', 'HEAD']
/** Above the services' slowest statement (5 s) and what they may add to it. */
const ORIGIN_TIMEOUT_SECONDS = 30
/**
 * CloudFront keeps these answers for 10 seconds of its own accord, on routes without caching too, where the key has no token: a
 * 404 for one user would be everybody's.
 */
const ERRORS_NOT_KEPT = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]
const TLS_ONLY = { items: ['TLSv1.2'], quantity: 1 }

/**
 * CloudFront distribution with two origins: the load balancer through a VPC origin, for the services' routes, and the site
 * bucket for all else. No cost while idle; about 0.085 USD per GB and 1 USD per million requests, after a free terabyte
 * and ten million requests a month.
 */
export class EdgeDistribution extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>
  readonly arn: pulumi.Output<string>
  readonly domainName: pulumi.Output<string>
  readonly hostedZoneId: pulumi.Output<string>

  constructor(name: string, args: EdgeDistributionArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:EdgeDistribution', name, {}, opts)
    const { certificate, site } = args
    const distribution = new aws.cloudfront.Distribution(
      name,
      {
        comment: `${args.prefix}: services and site`,
        enabled: true,
        httpVersion: 'http2and3',
        isIpv6Enabled: true,
        aliases: certificate ? [certificate.domainName] : [],
        defaultRootObject: 'index.html',
        webAclId: args.webAclArn,
        origins: [
          this.#apiOrigin(name, args),
          {
            originId: SITE,
            domainName: site.domainName,
            originAccessControlId: site.accessControlId,
          },
        ],
        defaultCacheBehavior: this.#siteBehaviour(name, args),
        orderedCacheBehaviors: this.#apiBehaviours(name, args),
        customErrorResponses: ERRORS_NOT_KEPT.map(errorCode => ({
          errorCode,
          errorCachingMinTtl: 0,
        })),
        loggingConfig: {
          bucket: args.logs.domainName,
          prefix: 'cloudfront/',
          includeCookies: false,
        },
        viewerCertificate: certificate
          ? {
              acmCertificateArn: certificate.arn,
              sslSupportMethod: 'sni-only',
              minimumProtocolVersion: 'TLSv1.2_2021',
            }
          : // AWS fixes the protocols of its own certificate: TLS 1.0 and up.
            { cloudfrontDefaultCertificate: true },
        restrictions: { geoRestriction: { restrictionType: 'none' } },
      },
      { parent: this, dependsOn: [args.logs.policy] },
    )
    this.id = distribution.id
    this.arn = distribution.arn
    this.domainName = distribution.domainName
    this.hostedZoneId = distribution.hostedZoneId
    this.registerOutputs({ id: this.id, domainName: this.domainName })
  }

  /** The viewer's Host goes along, so that TLS to the load balancer is for the domain of its certificate. */
  #apiOrigin(name: string, { prefix, loadBalancer, certificate }: EdgeDistributionArgs) {
    const origin = new aws.cloudfront.VpcOrigin(
      `${name}-origin`,
      {
        vpcOriginEndpointConfig: {
          name: physicalName([prefix, 'edge'], NAME_LIMITS.edgeFunction),
          arn: loadBalancer.arn,
          httpPort: 80,
          httpsPort: 443,
          originProtocolPolicy: certificate ? 'https-only' : 'http-only',
          originSslProtocols: TLS_ONLY,
        },
      },
      { parent: this },
    )
    return {
      originId: API,
      domainName: loadBalancer.dns,
      vpcOriginConfig: {
        vpcOriginId: origin.id,
        originReadTimeout: ORIGIN_TIMEOUT_SECONDS,
        originKeepaliveTimeout: 30,
      },
    }
  }

  #siteBehaviour(name: string, { prefix, site }: EdgeDistributionArgs) {
    return {
      targetOriginId: SITE,
      viewerProtocolPolicy: 'redirect-to-https',
      allowedMethods: READS,
      cachedMethods: READS,
      compress: true,
      cachePolicyId: MANAGED_POLICIES.cachingOptimized,
      responseHeadersPolicyId: headersPolicy(name, prefix, 'site', { parent: this }).id,
      functionAssociations: [{ eventType: 'viewer-request', functionArn: site.functionArn }],
    }
  }

  #apiBehaviours(name: string, { prefix, behaviours }: EdgeDistributionArgs) {
    const parent = { parent: this }
    const kept = {
      cachePolicyId: publicCachePolicy(name, prefix, parent).id,
      originRequestPolicyId: cookielessRequestPolicy(name, prefix, parent).id,
    }
    const notKept = {
      cachePolicyId: MANAGED_POLICIES.cachingDisabled,
      originRequestPolicyId: MANAGED_POLICIES.allViewer,
    }
    const headers = headersPolicy(name, prefix, 'api', parent)
    return behaviours.map(({ pathPattern, cached }) => ({
      pathPattern,
      targetOriginId: API,
      // A token that was sent in the clear is lost: no redirect that hides the mistake.
      viewerProtocolPolicy: 'https-only',
      allowedMethods: ALL_METHODS,
      cachedMethods: READS,
      compress: true,
      responseHeadersPolicyId: headers.id,
      ...(cached ? kept : notKept),
    }))
  }
}
