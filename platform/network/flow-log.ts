import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { NAME_LIMITS, physicalName } from '../names.ts'
import { trust } from '../statements.ts'

/** Who talked to whom in the VPC, kept in CloudWatch Logs. */
export function createFlowLog(
  name: string,
  args: { prefix: string; vpcId: pulumi.Input<string>; logDays: number },
  opts: pulumi.CustomResourceOptions,
): void {
  const { prefix, vpcId, logDays } = args
  const group = new aws.cloudwatch.LogGroup(
    `${name}-flow`,
    { name: `/${prefix}/network/flow`, retentionInDays: logDays },
    opts,
  )
  const role = new aws.iam.Role(
    `${name}-flow-role`,
    {
      name: physicalName([prefix, 'flow-log'], NAME_LIMITS.role),
      assumeRolePolicy: pulumi.jsonStringify(trust('vpc-flow-logs.amazonaws.com')),
    },
    opts,
  )
  const policy = new aws.iam.RolePolicy(
    `${name}-flow-policy`,
    {
      role: role.name,
      policy: pulumi.jsonStringify({
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'WriteThisLog',
            Effect: 'Allow',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
            Resource: [group.arn, pulumi.interpolate`${group.arn}:*`],
          },
        ],
      }),
    },
    opts,
  )
  new aws.ec2.FlowLog(
    `${name}-flow-log`,
    {
      vpcId,
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logDestination: group.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 600,
      tags: { Name: prefix },
    },
    pulumi.mergeOptions(opts, { dependsOn: [policy] }),
  )
}
