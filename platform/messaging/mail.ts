import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Domain } from '../edge/edge-certificates.ts'

export interface MailArgs {
  /** First part of every physical name: `shop-dev`. */
  prefix: string
  from: string
  /** Proved by DNS when the sender is in it. */
  domain?: Domain
}

/** SES signs with three keys in turn. */
const DKIM_KEYS = [0, 1, 2]

/**
 * The sender of mail. One in the domain is proved by records in its zone, by which mail is signed, too; to any other
 * address SES sends a link once, which its owner must open. Addresses that bounced or complained get nothing more. Costs
 * 0.10 USD for a thousand mails.
 */
export class Mail extends pulumi.ComponentResource {
  readonly from: string
  readonly identityArn: pulumi.Output<string>
  readonly configurationSetName: pulumi.Output<string>
  readonly configurationSetArn: pulumi.Output<string>

  constructor(name: string, args: MailArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Mail', name, {}, opts)
    const { prefix, from, domain } = args
    const parent = { parent: this }
    const configuration = new aws.sesv2.ConfigurationSet(
      `${name}-configuration`,
      {
        configurationSetName: prefix,
        // Mail holds links that act for a user: never in the clear.
        deliveryOptions: { tlsPolicy: 'REQUIRE' },
        reputationOptions: { reputationMetricsEnabled: true },
        suppressionOptions: { suppressedReasons: ['BOUNCE', 'COMPLAINT'] },
      },
      parent,
    )
    const proved = domain && from.endsWith(`@${domain.name}`) ? domain : undefined
    const identity = new aws.sesv2.EmailIdentity(
      `${name}-identity`,
      {
        emailIdentity: proved?.name ?? from,
        configurationSetName: configuration.configurationSetName,
      },
      parent,
    )
    if (proved) this.#publishKeys(name, proved, identity)
    this.from = from
    this.identityArn = identity.arn
    this.configurationSetName = configuration.configurationSetName
    this.configurationSetArn = configuration.arn
    this.registerOutputs({})
  }

  #publishKeys(name: string, domain: Domain, identity: aws.sesv2.EmailIdentity): void {
    const { zoneId } = aws.route53.getZoneOutput(
      { name: domain.zone, privateZone: false },
      { parent: this },
    )
    for (const index of DKIM_KEYS) {
      const token = identity.dkimSigningAttributes.tokens.apply(tokens => keyOf(tokens, index))
      new aws.route53.Record(
        `${name}-dkim-${index}`,
        {
          zoneId,
          name: pulumi.interpolate`${token}._domainkey.${domain.name}`,
          type: 'CNAME',
          records: [pulumi.interpolate`${token}.dkim.amazonses.com`],
          ttl: 300,
        },
        { parent: this },
      )
    }
  }
}

function keyOf(tokens: readonly string[], index: number): string {
  const token = tokens[index]
  if (token !== undefined) return token
  throw new Error(`SES gave ${tokens.length} DKIM keys; ${DKIM_KEYS.length} were expected`)
}
