import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import * as random from '@pulumi/random'
import type { Account } from '../account.ts'
import { EncryptionKey } from './encryption-key.ts'
import {
  createLogGroups,
  createMasterSecret,
  createMonitoringRole,
  createParameters,
  EXPORTED_LOGS,
} from './database-parts.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import type { NetworkPlaces } from '../network/network-places.ts'
import { closedGroup } from '../network/security-group.ts'

export interface DatabaseArgs {
  prefix: string
  account: Account
  network: Pick<NetworkPlaces, 'vpcId' | 'isolatedSubnetIds'>
  /** `db.t4g.micro` */
  instanceClass: string
  storageGiB: number
  /** Storage grows by itself up to this. */
  maxStorageGiB: number
  /** A standby in another zone. */
  multiAz: boolean
  /** Read replicas. RDS can't manage the master secret of an instance that has any: then the stack makes it. */
  replicas: number
  backupDays: number
  /** Seconds between figures of the operating system; 0 for none. */
  monitoringSeconds: number
  /** Deletion protection and a final snapshot. */
  protect: boolean
  logDays: number
}

export const POSTGRES_PORT = 5433
export const DATABASE_NAME = 'shop'
/** Of the master login. */
export const MASTER_ROLE = 'shop_owner'
/** Longest free period of Performance Insights. */
const INSIGHTS_DAYS = 7

/**
 * PostgreSQL 18 on RDS with its own key, parameter group, logs and monitoring: encrypted, TLS only, in the isolated
 * subnets, with IAM login. From about 15 USD a month (db.t4g.micro with 20 GiB) to 330 (db.m7g.large, Multi-AZ, 100 GiB).
 */
export class Database extends pulumi.ComponentResource {
  readonly address: pulumi.Output<string>
  /** Of the read replicas. */
  readonly readerAddresses: pulumi.Output<string>[]
  /** Part of the ARN by which IAM lets a role log in. */
  readonly resourceId: pulumi.Output<string>
  readonly securityGroupId: pulumi.Output<string>
  /** Holds `username` and `password`; only migrations may read it. */
  readonly masterSecretArn: pulumi.Output<string>
  readonly keyArn: pulumi.Output<string>
  /** Names of all instances, the primary first. */
  readonly identifiers: pulumi.Output<string>[]
  readonly replicaIdentifiers: pulumi.Output<string>[]

  private readonly args: DatabaseArgs
  private readonly identifier: string

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Database', name, {}, opts)
    this.args = args
    const { prefix, account, network } = args
    this.identifier = physicalName([prefix, name], NAME_LIMITS.database - REPLICA_SUFFIX_LENGTH)
    const key = new EncryptionKey(
      name,
      { prefix, account, description: `PostgreSQL, its snapshots and master secret (${name})` },
      { parent: this },
    )
    this.keyArn = key.arn
    const group = closedGroup(
      `${name}-group`,
      { prefix, vpcId: network.vpcId, description: `PostgreSQL of ${prefix}` },
      { parent: this },
    )
    const master =
      args.replicas > 0
        ? createMasterSecret(name, { ...args, keyArn: key.arn }, { parent: this })
        : undefined
    const monitoringRoleArn =
      args.monitoringSeconds > 0 ? createMonitoringRole(name, args, { parent: this }) : undefined
    const primary = this.createPrimary(name, group, master?.password, monitoringRoleArn)
    const replicas = Array.from({ length: args.replicas }, (_, index) =>
      this.createReplica(name, index + 1, primary, group, monitoringRoleArn),
    )
    this.address = primary.address
    this.readerAddresses = replicas.map(replica => replica.address)
    this.resourceId = primary.resourceId
    this.securityGroupId = group.id
    this.masterSecretArn =
      master?.arn ?? primary.masterUserSecrets.apply(secrets => secretArnOf(secrets))
    this.replicaIdentifiers = replicas.map(replica => replica.identifier)
    this.identifiers = [primary.identifier, ...this.replicaIdentifiers]
    this.registerOutputs({ address: this.address })
  }

  private createPrimary(
    name: string,
    group: aws.ec2.SecurityGroup,
    password: pulumi.Output<string> | undefined,
    monitoringRoleArn: pulumi.Output<string> | undefined,
  ): aws.rds.Instance {
    const { prefix, network, protect, storageGiB, maxStorageGiB, multiAz, backupDays } = this.args
    const subnets = new aws.rds.SubnetGroup(
      `${name}-subnets`,
      {
        name: this.identifier,
        description: `PostgreSQL of ${prefix}`,
        subnetIds: network.isolatedSubnetIds,
      },
      { parent: this },
    )
    const final = new random.RandomId(
      `${name}-final-snapshot`,
      { byteLength: 4, keepers: { identifier: this.identifier } },
      { parent: this },
    )
    return new aws.rds.Instance(
      `${name}-primary`,
      {
        ...this.sharedSettings(group, monitoringRoleArn),
        identifier: this.identifier,
        engine: 'postgres',
        engineVersion: '18',
        dbName: DATABASE_NAME,
        port: POSTGRES_PORT,
        username: MASTER_ROLE,
        ...(password === undefined
          ? { manageMasterUserPassword: true, masterUserSecretKmsKeyId: this.keyArn }
          : { password }),
        allocatedStorage: storageGiB,
        maxAllocatedStorage: maxStorageGiB,
        dbSubnetGroupName: subnets.name,
        parameterGroupName: createParameters(name, this.identifier, { parent: this }).name,
        multiAz,
        kmsKeyId: this.keyArn,
        backupRetentionPeriod: backupDays,
        backupWindow: '02:00-03:00',
        skipFinalSnapshot: !protect,
        ...(protect && {
          finalSnapshotIdentifier: pulumi.interpolate`${this.identifier}-final-${final.hex}`,
        }),
      },
      {
        parent: this,
        protect,
        dependsOn: createLogGroups(name, this.identifier, this.args.logDays, { parent: this }),
        // Storage that grew by itself must not be shrunk again.
        ignoreChanges: ['allocatedStorage'],
      },
    )
  }

  private createReplica(
    name: string,
    number: number,
    primary: aws.rds.Instance,
    group: aws.ec2.SecurityGroup,
    monitoringRoleArn: pulumi.Output<string> | undefined,
  ): aws.rds.Instance {
    const identifier = `${this.identifier}-r${number}`
    return new aws.rds.Instance(
      `${name}-replica-${number}`,
      {
        ...this.sharedSettings(group, monitoringRoleArn),
        identifier,
        replicateSourceDb: primary.identifier,
        maxAllocatedStorage: this.args.maxStorageGiB,
        parameterGroupName: primary.parameterGroupName,
        // Nothing is lost with a replica.
        skipFinalSnapshot: true,
      },
      {
        parent: this,
        dependsOn: createLogGroups(`${name}-replica-${number}`, identifier, this.args.logDays, {
          parent: this,
        }),
      },
    )
  }

  /** What primary and replicas have in common. */
  private sharedSettings(
    group: aws.ec2.SecurityGroup,
    monitoringRoleArn: pulumi.Output<string> | undefined,
  ) {
    const { instanceClass, protect, monitoringSeconds } = this.args
    return {
      instanceClass,
      storageType: 'gp3',
      storageEncrypted: true,
      vpcSecurityGroupIds: [group.id],
      publiclyAccessible: false,
      iamDatabaseAuthenticationEnabled: true,
      caCertIdentifier: 'rds-ca-rsa2048-g1',
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: false,
      maintenanceWindow: 'sun:03:30-sun:04:30',
      copyTagsToSnapshot: true,
      deletionProtection: protect,
      enabledCloudwatchLogsExports: [...EXPORTED_LOGS],
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: this.keyArn,
      performanceInsightsRetentionPeriod: INSIGHTS_DAYS,
      monitoringInterval: monitoringSeconds,
      ...(monitoringRoleArn && { monitoringRoleArn }),
    }
  }
}

/** `-r5` */
const REPLICA_SUFFIX_LENGTH = 3

function secretArnOf(secrets: readonly { secretArn: string }[]): string {
  const [secret] = secrets
  if (secret) return secret.secretArn
  throw new Error('RDS made no master secret; is manageMasterUserPassword set?')
}
