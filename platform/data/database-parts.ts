import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import * as random from '@pulumi/random'
import type { Account } from '../account.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import { trust } from '../statements.ts'

const FAMILY = 'postgres18'
/** What PostgreSQL on RDS writes to CloudWatch Logs. */
export const EXPORTED_LOGS: readonly string[] = ['postgresql', 'upgrade', 'iam-db-auth-error']

/** Settings that differ from those of RDS. */
export const createParameters = (
  name: string,
  identifier: string,
  opts: pulumi.CustomResourceOptions,
): aws.rds.ParameterGroup =>
  new aws.rds.ParameterGroup(
    `${name}-parameters`,
    {
      name: identifier,
      family: FAMILY,
      description: `PostgreSQL ${identifier}`,
      parameters: [
        { name: 'rds.force_ssl', value: '1' },
        { name: 'log_min_duration_statement', value: '1000' },
        { name: 'log_lock_waits', value: '1' },
        { name: 'idle_in_transaction_session_timeout', value: '60000' },
      ],
    },
    opts,
  )

/** Made before the instance, which would make them without an end to what they keep. */
export const createLogGroups = (
  name: string,
  identifier: string,
  logDays: number,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup[] =>
  EXPORTED_LOGS.map(
    log =>
      new aws.cloudwatch.LogGroup(
        `${name}-log-${log}`,
        { name: `/aws/rds/instance/${identifier}/${log}`, retentionInDays: logDays },
        opts,
      ),
  )

/** Lets RDS write the operating system's figures. */
export function createMonitoringRole(
  name: string,
  { prefix, account }: { prefix: string; account: Account },
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const role = new aws.iam.Role(
    `${name}-monitoring`,
    {
      name: physicalName([prefix, name, 'monitoring'], NAME_LIMITS.role),
      assumeRolePolicy: pulumi.jsonStringify(trust('monitoring.rds.amazonaws.com')),
    },
    opts,
  )
  new aws.iam.RolePolicyAttachment(
    `${name}-monitoring-policy`,
    {
      role: role.name,
      policyArn: pulumi.interpolate`arn:${account.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole`,
    },
    opts,
  )
  return role.arn
}

export interface MasterSecretArgs {
  prefix: string
  keyArn: pulumi.Input<string>
  protect: boolean
}

/**
 * The master login where RDS can't manage it: it refuses read replicas of an instance whose master secret it manages.
 * Source: Amazon RDS user guide, "Password management", limitations.
 */
export function createMasterSecret(
  name: string,
  { prefix, keyArn, protect }: MasterSecretArgs,
  opts: pulumi.CustomResourceOptions,
): { password: pulumi.Output<string>; arn: pulumi.Output<string> } {
  const password = new random.RandomPassword(
    `${name}-master-password`,
    { length: 40, special: false },
    opts,
  ).result
  const secret = new aws.secretsmanager.Secret(
    `${name}-master`,
    {
      name: `${prefix}/${name}/master`,
      description: 'Master login of PostgreSQL: for migrations only',
      kmsKeyId: keyArn,
      recoveryWindowInDays: protect ? 30 : 0,
    },
    opts,
  )
  const version = new aws.secretsmanager.SecretVersion(
    `${name}-master-version`,
    { secretId: secret.id, secretString: pulumi.jsonStringify({ password }) },
    opts,
  )
  return { password, arn: version.arn }
}
