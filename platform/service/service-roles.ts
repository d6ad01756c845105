import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from '../account.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import { type Statement, trust } from '../statements.ts'

export interface TaskRoleArgs {
  prefix: string
  account: Account
  service: string
  /** `task`: the code's own; `execution`: of ECS, to start it. */
  purpose: string
  statements: readonly Statement[]
}

/** A role, and what allows it something: a task that starts before that is refused. */
export interface TaskRole {
  arn: pulumi.Output<string>
  policies: pulumi.Resource[]
}

/** A role that only tasks of this account and region take on, with its statements inline. */
export function createTaskRole(
  name: string,
  { prefix, account, service, purpose, statements }: TaskRoleArgs,
  opts: pulumi.CustomResourceOptions,
): TaskRole {
  const { id, partition, region } = account
  const role = new aws.iam.Role(
    `${name}-${purpose}-role`,
    {
      name: physicalName([prefix, service, purpose], NAME_LIMITS.role),
      assumeRolePolicy: pulumi.jsonStringify(
        trust('ecs-tasks.amazonaws.com', {
          StringEquals: { 'aws:SourceAccount': id },
          ArnLike: { 'aws:SourceArn': pulumi.interpolate`arn:${partition}:ecs:${region}:${id}:*` },
        }),
      ),
    },
    opts,
  )
  if (statements.length === 0) return { arn: role.arn, policies: [] }
  const policy = new aws.iam.RolePolicy(
    `${name}-${purpose}-policy`,
    {
      role: role.name,
      policy: pulumi.jsonStringify({ Version: '2012-10-17', Statement: statements }),
    },
    opts,
  )
  return { arn: role.arn, policies: [policy] }
}
