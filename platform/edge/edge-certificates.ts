import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { CLOUDFRONT_REGION } from './waf.ts'

export interface Domain {
  /** What clients call: `shop.example.com`. */
  name: string
  /** Public hosted zone in this account that holds the name: `example.com`. */
  zone: string
}

export interface EdgeCertificatesArgs {
  domain: Domain
}

/**
 * Two certificates for the domain, validated by DNS: one in us-east-1 for CloudFront, one in the stack's region for the
 * load balancer. Free.
 */
export class EdgeCertificates extends pulumi.ComponentResource {
  readonly zoneId: pulumi.Output<string>
  /** Resolve when the certificate is issued. */
  readonly cloudFrontArn: pulumi.Output<string>
  readonly loadBalancerArn: pulumi.Output<string>

  constructor(
    name: string,
    { domain }: EdgeCertificatesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('shop:platform:EdgeCertificates', name, {}, opts)
    if (domain.name !== domain.zone && !domain.name.endsWith(`.${domain.zone}`))
      throw new Error(
        `domain "${domain.name}" is not in the hosted zone "${domain.zone}"; it must be the zone itself or end with .${domain.zone}`,
      )
    const parent = { parent: this }
    this.zoneId = aws.route53.getZoneOutput(
      { name: domain.zone, privateZone: false },
      parent,
    ).zoneId
    const request = (suffix: string, region?: aws.Region) =>
      new aws.acm.Certificate(
        `${name}-${suffix}`,
        { domainName: domain.name, validationMethod: 'DNS', ...(region && { region }) },
        parent,
      )
    const cloudFront = request('cloudfront', CLOUDFRONT_REGION)
    const loadBalancer = request('load-balancer')
    // One record proves both: it depends on account and name only, not on the region.
    const proof = cloudFront.domainValidationOptions.apply(proofOf)
    const record = new aws.route53.Record(
      `${name}-proof`,
      {
        zoneId: this.zoneId,
        name: proof.resourceRecordName,
        type: proof.resourceRecordType,
        records: [proof.resourceRecordValue],
        ttl: 300,
        // Another stack of the account with the same name has written it already.
        allowOverwrite: true,
      },
      parent,
    )
    const issued = (suffix: string, certificate: aws.acm.Certificate, region?: aws.Region) =>
      new aws.acm.CertificateValidation(
        `${name}-${suffix}-issued`,
        {
          certificateArn: certificate.arn,
          validationRecordFqdns: [record.fqdn],
          ...(region && { region }),
        },
        parent,
      ).certificateArn
    this.cloudFrontArn = issued('cloudfront', cloudFront, CLOUDFRONT_REGION)
    this.loadBalancerArn = issued('load-balancer', loadBalancer)
    this.registerOutputs({
      cloudFrontArn: this.cloudFrontArn,
      loadBalancerArn: this.loadBalancerArn,
    })
  }
}

interface Proof {
  resourceRecordName: string
  resourceRecordType: string
  resourceRecordValue: string
}

/** ACM asks for one record per name of the certificate, which has one. */
function proofOf([proof]: readonly Proof[]): Proof {
  if (proof) return proof
  throw new Error('ACM asks for no DNS record for the certificate; request it with DNS validation')
}
