import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import * as random from '@pulumi/random'
import { createLogGroups, createParameters, EXPORTED_LOGS } from './database-parts.ts'
import type { NetworkPlaces } from '../network/network-places.ts'

export const POSTGRES_PORT = 5433
export const DATABASE_NAME = 'shop'
/** Of the master login. */
export const MASTER_ROLE = 'shop_owner'
/** Longest free period of Performance Insights. */
const INSIGHTS_DAYS = 7

/** What every instance of a database has; the meanings are those of `DatabaseArgs`. */
export interface InstanceArgs {
  /** Of the primary. */
  identifier: string
  instanceClass: string
  maxStorageGiB: number
  monitoringSeconds: number
  /** Undefined where nothing is monitored. */
  monitoringRoleArn: pulumi.Input<string> | undefined
  protect: boolean
  logDays: number
  keyArn: pulumi.Input<string>
  securityGroupId: pulumi.Input<string>
}

export interface PrimaryArgs extends InstanceArgs {
  prefix: string
  network: Pick<NetworkPlaces, 'isolatedSubnetIds'>
  /** Undefined where RDS makes and keeps it. */
  password: pulumi.Input<string> | undefined
  storageGiB: number
  multiAz: boolean
  backupDays: number
}

/** The instance that is written to. */
export function createPrimary(
  name: string,
  args: PrimaryArgs,
  opts: pulumi.CustomResourceOptions,
): aws.rds.Instance {
  const { prefix, identifier, network, password, protect, keyArn } = args
  const subnets = new aws.rds.SubnetGroup(
    `${name}-subnets`,
    {
      name: identifier,
      description: `PostgreSQL of ${prefix}`,
      subnetIds: network.isolatedSubnetIds,
    },
    opts,
  )
  const final = new random.RandomId(
    `${name}-final-snapshot`,
    { byteLength: 4, keepers: { identifier } },
    opts,
  )
  return new aws.rds.Instance(
    `${name}-primary`,
    {
      ...sharedSettings(args),
      identifier,
      engine: 'postgres',
      engineVersion: '18',
      dbName: DATABASE_NAME,
      port: POSTGRES_PORT,
      username: MASTER_ROLE,
      ...(password === undefined
        ? { manageMasterUserPassword: true, masterUserSecretKmsKeyId: keyArn }
        : { password }),
      allocatedStorage: args.storageGiB,
      maxAllocatedStorage: args.maxStorageGiB,
      dbSubnetGroupName: subnets.name,
      parameterGroupName: createParameters(name, identifier, opts).name,
      multiAz: args.multiAz,
      kmsKeyId: keyArn,
      backupRetentionPeriod: args.backupDays,
      backupWindow: '02:00-03:00',
      skipFinalSnapshot: !protect,
      ...(protect && {
        finalSnapshotIdentifier: pulumi.interpolate`${identifier}-final-${final.hex}`,
      }),
    },
    {
      ...opts,
      protect,
      dependsOn: createLogGroups(name, identifier, args.logDays, opts),
      // Storage that grew by itself must not be shrunk again.
      ignoreChanges: ['allocatedStorage'],
    },
  )
}

/** @param number from 1 */
export function createReplica(
  name: string,
  number: number,
  args: InstanceArgs & { primary: aws.rds.Instance },
  opts: pulumi.CustomResourceOptions,
): aws.rds.Instance {
  const { primary, maxStorageGiB, logDays } = args
  const identifier = `${args.identifier}-r${number}`
  return new aws.rds.Instance(
    `${name}-replica-${number}`,
    {
      ...sharedSettings(args),
      identifier,
      replicateSourceDb: primary.identifier,
      maxAllocatedStorage: maxStorageGiB,
      parameterGroupName: primary.parameterGroupName,
      // Nothing is lost with a replica.
      skipFinalSnapshot: true,
    },
    {
      ...opts,
      dependsOn: createLogGroups(`${name}-replica-${number}`, identifier, logDays, opts),
    },
  )
}

/** `-r5` */
export const REPLICA_SUFFIX_LENGTH = 3

/** What primary and replicas have in common. */
const sharedSettings = (args: InstanceArgs) => ({
  instanceClass: args.instanceClass,
  storageType: 'gp3',
  storageEncrypted: true,
  vpcSecurityGroupIds: [args.securityGroupId],
  publiclyAccessible: false,
  iamDatabaseAuthenticationEnabled: true,
  caCertIdentifier: 'rds-ca-rsa2048-g1',
  autoMinorVersionUpgrade: true,
  allowMajorVersionUpgrade: false,
  maintenanceWindow: 'sun:03:30-sun:04:30',
  copyTagsToSnapshot: true,
  deletionProtection: args.protect,
  enabledCloudwatchLogsExports: [...EXPORTED_LOGS],
  performanceInsightsEnabled: true,
  performanceInsightsKmsKeyId: args.keyArn,
  performanceInsightsRetentionPeriod: INSIGHTS_DAYS,
  monitoringInterval: args.monitoringSeconds,
  ...(args.monitoringRoleArn !== undefined && { monitoringRoleArn: args.monitoringRoleArn }),
})
