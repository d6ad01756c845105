import * as pulumi from '@pulumi/pulumi'
import type { Account } from '../account.ts'
import { EncryptionKey } from './encryption-key.ts'
import { createPrimary, createReplica, REPLICA_SUFFIX_LENGTH } from './database-instance.ts'
import { createMasterSecret, createMonitoringRole } from './database-parts.ts'
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

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Database', name, {}, opts)
    const { prefix, account, network } = args
    const identifier = physicalName([prefix, name], NAME_LIMITS.database - REPLICA_SUFFIX_LENGTH)
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
    const instance = {
      ...args,
      identifier,
      keyArn: key.arn,
      securityGroupId: group.id,
      monitoringRoleArn,
    }
    const primary = createPrimary(
      name,
      { ...instance, password: master?.password },
      { parent: this },
    )
    const replicas = Array.from({ length: args.replicas }, (_, index) =>
      createReplica(name, index + 1, { ...instance, primary }, { parent: this }),
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
}

function secretArnOf(secrets: readonly { secretArn: string }[]): string {
  const [secret] = secrets
  if (secret) return secret.secretArn
  throw new Error('RDS made no master secret; is manageMasterUserPassword set?')
}
