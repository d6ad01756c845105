import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { NAME_LIMITS, physicalName } from '../names.ts'
import { BLOCK_ANSWERS, wafRules } from './waf-rules.ts'

export interface WafArgs {
  /** `shop-dev` */
  prefix: string
  /** Requests that one address may send in five minutes. */
  requestsPerAddress: number
  logDays: number
}

/** WAF of CloudFront and all that belongs to it live in this region only. */
export const CLOUDFRONT_REGION = 'us-east-1'

/**
 * Web ACL for the distribution: rate, size and path rules of our own, five managed groups, and a log of what was blocked or
 * counted. Costs about 13 USD a month (5 for the ACL, 1 for each of 8 rules) and 0.60 USD per million requests.
 */
export class Waf extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>
  readonly webAclName: pulumi.Output<string>

  constructor(name: string, args: WafArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Waf', name, {}, opts)
    const physical = physicalName([args.prefix, 'edge'], NAME_LIMITS.webAcl)
    const acl = new aws.wafv2.WebAcl(
      name,
      {
        region: CLOUDFRONT_REGION,
        name: physical,
        description: 'What may reach the distribution',
        scope: 'CLOUDFRONT',
        defaultAction: { allow: {} },
        rules: wafRules(args.requestsPerAddress),
        customResponseBodies: Object.entries(BLOCK_ANSWERS).map(
          ([key, { status, ...problem }]) => ({
            key,
            content: JSON.stringify({ type: 'about:blank', ...problem, status }),
            contentType: 'APPLICATION_JSON',
          }),
        ),
        visibilityConfig: {
          metricName: physical,
          cloudwatchMetricsEnabled: true,
          sampledRequestsEnabled: false,
        },
      },
      { parent: this },
    )
    this.#log(name, acl, args)
    this.arn = acl.arn
    this.webAclName = acl.name
    this.registerOutputs({ arn: this.arn, webAclName: this.webAclName })
  }

  #log(name: string, acl: aws.wafv2.WebAcl, { prefix, logDays }: WafArgs): void {
    const group = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      {
        region: CLOUDFRONT_REGION,
        // WAF refuses another beginning.
        name: physicalName(['aws-waf-logs', prefix, 'edge'], NAME_LIMITS.logGroup),
        retentionInDays: logDays,
      },
      { parent: this },
    )
    const keep = (action: string) => ({
      behavior: 'KEEP',
      requirement: 'MEETS_ANY',
      conditions: [{ actionCondition: { action } }],
    })
    new aws.wafv2.WebAclLoggingConfiguration(
      `${name}-logging`,
      {
        region: CLOUDFRONT_REGION,
        resourceArn: acl.arn,
        logDestinationConfigs: [group.arn],
        redactedFields: ['authorization', 'cookie'].map(header => ({
          singleHeader: { name: header },
        })),
        // What passes stands in the access logs already.
        loggingFilter: { defaultBehavior: 'DROP', filters: [keep('BLOCK'), keep('COUNT')] },
      },
      { parent: this },
    )
  }
}
