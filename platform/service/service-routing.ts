import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { ListenerRule } from '../edge/listener-rules.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import { SERVICE_PORT } from './ports.ts'

export interface ServiceRoutingArgs {
  prefix: string
  service: string
  vpcId: pulumi.Input<string>
  listenerArn: pulumi.Input<string>
  rules: readonly ListenerRule[]
}

/** Seconds in which a task that leaves still gets answers out; ECS stops it after them. */
const DRAIN_SECONDS = 20
/** Seconds in which a new task's share of requests grows. */
const SLOW_START_SECONDS = 30

/** Where the load balancer sends the service's public routes, and the rules that say which these are. */
export function createRouting(
  name: string,
  { prefix, service, vpcId, listenerArn, rules }: ServiceRoutingArgs,
  opts: pulumi.CustomResourceOptions,
): { targetGroup: aws.lb.TargetGroup; rules: aws.lb.ListenerRule[] } {
  const targetGroup = new aws.lb.TargetGroup(
    `${name}-target`,
    {
      name: physicalName([prefix, service], NAME_LIMITS.targetGroup),
      vpcId,
      port: SERVICE_PORT,
      protocol: 'HTTP',
      targetType: 'ip',
      deregistrationDelay: DRAIN_SECONDS,
      slowStart: SLOW_START_SECONDS,
      healthCheck: {
        path: '/ready',
        matcher: '200',
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
    },
    opts,
  )
  return {
    targetGroup,
    rules: rules.map(
      ({ priority, paths }) =>
        new aws.lb.ListenerRule(
          `${name}-rule-${priority}`,
          {
            listenerArn,
            priority,
            actions: [{ type: 'forward', targetGroupArn: targetGroup.arn }],
            conditions: [{ pathPattern: { values: [...paths] } }],
          },
          opts,
        ),
    ),
  }
}
