import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'

/** A security group without any rule: nothing gets in or out until a path is opened. */
export const closedGroup = (
  name: string,
  args: { prefix: string; vpcId: pulumi.Input<string>; description: string },
  opts: pulumi.CustomResourceOptions,
): aws.ec2.SecurityGroup =>
  new aws.ec2.SecurityGroup(
    name,
    {
      // AWS keeps names that begin with sg- for itself; a prefix makes replacements possible.
      namePrefix: `${args.prefix}-${name}-`,
      description: args.description,
      vpcId: args.vpcId,
      tags: { Name: `${args.prefix}-${name}` },
    },
    opts,
  )

export interface Path {
  from: pulumi.Input<string>
  to: pulumi.Input<string>
  port: number
  /** Shown in the console: who asks whom for what. */
  description: string
}

/**
 * Opens one TCP port from one security group to another: the way out of the first and the way into the second.
 * @returns the two rules, for what needs the path when it starts
 */
export function openPath(
  name: string,
  { from, to, port, description }: Path,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const range = { ipProtocol: 'tcp', fromPort: port, toPort: port, description }
  return [
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-out`,
      { ...range, securityGroupId: from, referencedSecurityGroupId: to },
      opts,
    ),
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-in`,
      { ...range, securityGroupId: to, referencedSecurityGroupId: from },
      opts,
    ),
  ]
}
