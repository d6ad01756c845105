import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { LogBucket } from './log-bucket.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import type { NetworkPlaces } from '../network/network-places.ts'
import { closedGroup } from '../network/security-group.ts'

export interface EdgeLoadBalancerArgs {
  /** `shop-dev` */
  prefix: string
  network: NetworkPlaces
  logs: LogBucket
  /** With a certificate it listens on 443 with TLS, without one on 80. */
  certificateArn?: pulumi.Output<string>
  /** Production: AWS refuses to delete it. */
  protect: boolean
}

/** AWS's own list of the addresses from which CloudFront asks origins, VPC origins too. */
const CLOUDFRONT_ADDRESSES = 'com.amazonaws.global.cloudfront.origin-facing'
/** TLS 1.3 and 1.2 with forward secrecy and AEAD ciphers only. */
const TLS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06'
const NOT_FOUND = {
  type: 'about:blank',
  title: 'Not Found',
  status: 404,
  code: 'path_not_found',
  detail: 'No such path: nothing public is served here',
}

/**
 * Internal load balancer in the private subnets. It has no public address, so CloudFront's VPC origin, which only this
 * account's distributions can use, is the way in from outside: a secret header would prove nothing more. Its security group
 * admits CloudFront's addresses and who opens a path of its own (API Gateway's link), and lets nothing out: each service opens
 * the path to itself. What no rule routes is a 404.
 * Costs about 18 USD a month idle, in a region such as us-east-1.
 */
export class EdgeLoadBalancer extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>
  readonly arnSuffix: pulumi.Output<string>
  readonly dns: pulumi.Output<string>
  readonly listenerArn: pulumi.Output<string>
  readonly securityGroupId: pulumi.Output<string>
  /** Where it listens: 443 with TLS, 80 without. */
  readonly port: number

  constructor(name: string, args: EdgeLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:EdgeLoadBalancer', name, {}, opts)
    const port = args.certificateArn ? 443 : 80
    this.port = port
    this.securityGroupId = this.#createGroup(name, port, args).id
    const balancer = new aws.lb.LoadBalancer(
      name,
      {
        name: physicalName([args.prefix, 'edge'], NAME_LIMITS.loadBalancer),
        loadBalancerType: 'application',
        internal: true,
        subnets: args.network.privateSubnetIds,
        securityGroups: [this.securityGroupId],
        dropInvalidHeaderFields: true,
        desyncMitigationMode: 'defensive',
        enableDeletionProtection: args.protect,
        accessLogs: { bucket: args.logs.name, prefix: 'load-balancer', enabled: true },
      },
      { parent: this, dependsOn: [args.logs.policy] },
    )
    const listener = this.#listen(name, port, balancer, args)
    this.#refuseDotSegments(name, listener)
    this.arn = balancer.arn
    this.arnSuffix = balancer.arnSuffix
    this.dns = balancer.dnsName
    this.listenerArn = listener.arn
    this.registerOutputs({ arn: this.arn, listenerArn: this.listenerArn })
  }

  #createGroup(name: string, port: number, { prefix, network }: EdgeLoadBalancerArgs) {
    const parent = { parent: this }
    const group = closedGroup(
      `${name}-group`,
      { prefix, vpcId: network.vpcId, description: 'Load balancer of the edge' },
      parent,
    )
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-from-cloudfront`,
      {
        securityGroupId: group.id,
        description: 'CloudFront, through the VPC origin',
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        prefixListId: aws.ec2.getManagedPrefixListOutput({ name: CLOUDFRONT_ADDRESSES }, parent).id,
      },
      parent,
    )
    return group
  }

  #listen(
    name: string,
    port: number,
    balancer: aws.lb.LoadBalancer,
    { certificateArn }: EdgeLoadBalancerArgs,
  ): aws.lb.Listener {
    return new aws.lb.Listener(
      `${name}-listener`,
      {
        loadBalancerArn: balancer.arn,
        port,
        ...(certificateArn
          ? { protocol: 'HTTPS', certificateArn, sslPolicy: TLS_POLICY }
          : { protocol: 'HTTP' }),
        defaultActions: [answer(404, NOT_FOUND)],
      },
      { parent: this },
    )
  }

  /** A service would resolve `/products/../internal/x`; rules compare the path as it is sent. */
  #refuseDotSegments(name: string, listener: aws.lb.Listener): void {
    new aws.lb.ListenerRule(
      `${name}-plain-paths`,
      {
        listenerArn: listener.arn,
        priority: 1,
        conditions: [{ pathPattern: { values: ['*/../*', '*/..'] } }],
        actions: [answer(404, NOT_FOUND)],
      },
      { parent: this },
    )
  }
}

const answer = (status: number, problem: object) => ({
  type: 'fixed-response',
  fixedResponse: {
    contentType: 'application/json',
    statusCode: String(status),
    messageBody: JSON.stringify(problem),
  },
})
