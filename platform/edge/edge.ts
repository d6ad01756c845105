import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { AnyManifest } from '../../apps/shared/manifest.ts'
import { behavioursOf } from './edge-behaviours.ts'
import { type Domain, EdgeCertificates } from './edge-certificates.ts'
import { EdgeDistribution } from './edge-distribution.ts'
import { EdgeLoadBalancer } from './edge-load-balancer.ts'
import { LogBucket } from './log-bucket.ts'
import type { NetworkPlaces } from '../network/network-places.ts'
import { Site } from './site.ts'
import { Waf } from './waf.ts'

export interface EdgeArgs {
  /** First part of every physical name: `shop-dev`. */
  prefix: string
  network: NetworkPlaces
  services: readonly AnyManifest[]
  /** Without one: CloudFront's own name, and HTTP from CloudFront to the load balancer. */
  domain?: Domain
  /** Production: AWS refuses to delete the load balancer, `destroy` keeps buckets that are not empty. */
  protect: boolean
  /** Days that access logs are kept. */
  logDays: number
  /** Requests that one address may send in five minutes. */
  requestsPerAddress: number
}

/**
 * The one way in: CloudFront with WAF, in front of the internal load balancer (services) and the site bucket. Costs about
 * 31 USD a month idle: load balancer 18, WAF 13; logs, certificates and site add cents.
 */
export class Edge extends pulumi.ComponentResource {
  /** What clients see, without a slash at the end; also the issuer of tokens. */
  readonly url: pulumi.Output<string>
  readonly listenerArn: pulumi.Output<string>
  readonly loadBalancerArn: pulumi.Output<string>
  readonly loadBalancerArnSuffix: pulumi.Output<string>
  readonly loadBalancerDns: pulumi.Output<string>
  readonly loadBalancerSecurityGroupId: pulumi.Output<string>
  /** 443 with TLS, 80 without. */
  readonly listenerPort: number
  /** The name in the load balancer's certificate; none: it has no certificate. */
  readonly tlsName: string | undefined
  readonly distributionId: pulumi.Output<string>
  readonly webAclName: pulumi.Output<string>

  constructor(name: string, args: EdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Edge', name, {}, opts)
    const { prefix, network, domain, protect, logDays, requestsPerAddress } = args
    const parent = { parent: this }
    const behaviours = behavioursOf(args.services)

    const logs = new LogBucket(`${name}-logs`, { prefix, logDays, protect }, parent)
    const certificates = domain && new EdgeCertificates(`${name}-certificate`, { domain }, parent)
    const loadBalancer = new EdgeLoadBalancer(
      `${name}-load-balancer`,
      {
        prefix,
        network,
        logs,
        protect,
        ...(certificates && { certificateArn: certificates.loadBalancerArn }),
      },
      parent,
    )
    const waf = new Waf(`${name}-waf`, { prefix, requestsPerAddress, logDays }, parent)
    const site = new Site(`${name}-site`, { prefix, logs, protect }, parent)
    const distribution = new EdgeDistribution(
      `${name}-distribution`,
      {
        prefix,
        behaviours,
        loadBalancer,
        site,
        logs,
        webAclArn: waf.arn,
        ...(domain &&
          certificates && {
            certificate: { domainName: domain.name, arn: certificates.cloudFrontArn },
          }),
      },
      parent,
    )
    site.allow(distribution.arn)
    if (domain && certificates)
      this.#nameDistribution(name, domain.name, certificates.zoneId, distribution)

    this.url = domain
      ? pulumi.output(`https://${domain.name}`)
      : pulumi.interpolate`https://${distribution.domainName}`
    this.listenerArn = loadBalancer.listenerArn
    this.loadBalancerArn = loadBalancer.arn
    this.loadBalancerArnSuffix = loadBalancer.arnSuffix
    this.loadBalancerDns = loadBalancer.dns
    this.loadBalancerSecurityGroupId = loadBalancer.securityGroupId
    this.listenerPort = loadBalancer.port
    this.tlsName = domain?.name
    this.distributionId = distribution.id
    this.webAclName = waf.webAclName
    this.registerOutputs({ url: this.url, distributionId: this.distributionId })
  }

  #nameDistribution(
    name: string,
    domainName: string,
    zoneId: pulumi.Output<string>,
    distribution: EdgeDistribution,
  ): void {
    for (const type of ['A', 'AAAA'])
      new aws.route53.Record(
        `${name}-${type.toLowerCase()}`,
        {
          zoneId,
          name: domainName,
          type,
          aliases: [
            {
              name: distribution.domainName,
              zoneId: distribution.hostedZoneId,
              evaluateTargetHealth: false,
            },
          ],
        },
        { parent: this },
      )
  }
}
