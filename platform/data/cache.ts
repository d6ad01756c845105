import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import * as random from '@pulumi/random'
import type { AnyManifest } from '../../apps/shared/manifest.ts'
import { cacheAccess } from './cache-access.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import type { NetworkPlaces } from '../network/network-places.ts'
import { closedGroup } from '../network/security-group.ts'

export interface CacheArgs {
  prefix: string
  network: Pick<NetworkPlaces, 'vpcId' | 'isolatedSubnetIds'>
  /** All services; each that needs the cache gets a user of its own. */
  services: readonly AnyManifest[]
  /** `cache.t4g.micro` */
  nodeType: string
  /** Copies of the data in other zones; with one or more a failure is taken over. */
  replicas: number
  /** Days that snapshots are kept; 0 for none. */
  snapshotDays: number
  keyArn: pulumi.Input<string>
  logDays: number
}

export const CACHE_PORT = 6379

/**
 * Valkey on ElastiCache: encrypted, TLS only, a user with a password per service that sees its own keys only.
 * From about 10 USD a month (one cache.t4g.micro) to 115 (three cache.t4g.medium).
 */
export class Cache extends pulumi.ComponentResource {
  readonly securityGroupId: pulumi.Output<string>
  readonly replicationGroupId: pulumi.Output<string>
  /** Names of the nodes. */
  readonly memberClusters: pulumi.Output<string>[]
  /** By service, with user and password in it: secret. */
  readonly urls: ReadonlyMap<string, pulumi.Output<string>>

  constructor(name: string, args: CacheArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Cache', name, {}, opts)
    const { prefix, network, services } = args
    const group = closedGroup(
      `${name}-group`,
      { prefix, vpcId: network.vpcId, description: `Valkey of ${prefix}` },
      { parent: this },
    )
    const users = services
      .filter(({ needs }) => needs.cache)
      .map(manifest => this.createUser(name, prefix, manifest.name))
    const cluster = this.createCluster(name, args, group, users)
    this.securityGroupId = group.id
    this.replicationGroupId = cluster.replicationGroupId
    this.memberClusters = Array.from(
      { length: args.replicas + 1 },
      // ElastiCache numbers them so.
      (_, index) => pulumi.interpolate`${cluster.replicationGroupId}-00${index + 1}`,
    )
    this.urls = new Map(
      users.map(({ service, password }) => [
        service,
        pulumi.interpolate`rediss://${service}:${password}@${cluster.primaryEndpointAddress}:${CACHE_PORT}`,
      ]),
    )
    this.registerOutputs({ replicationGroupId: this.replicationGroupId })
  }

  private createUser(name: string, prefix: string, service: string) {
    const password = new random.RandomPassword(
      `${name}-${service}-password`,
      { length: 40, special: false },
      { parent: this },
    ).result
    const user = new aws.elasticache.User(
      `${name}-${service}`,
      {
        userId: physicalName([prefix, service], NAME_LIMITS.cache),
        userName: service,
        engine: 'valkey',
        accessString: cacheAccess(service),
        authenticationMode: { type: 'password', passwords: [password] },
        tags: { Service: service },
      },
      { parent: this },
    )
    return { service, password, userId: user.userId }
  }

  private createCluster(
    name: string,
    args: CacheArgs,
    group: aws.ec2.SecurityGroup,
    users: readonly { userId: pulumi.Output<string> }[],
  ): aws.elasticache.ReplicationGroup {
    const { prefix, network, nodeType, replicas, snapshotDays, keyArn, logDays } = args
    const id = physicalName([prefix, name], NAME_LIMITS.cache)
    const subnets = new aws.elasticache.SubnetGroup(
      `${name}-subnets`,
      { name: id, description: `Valkey of ${prefix}`, subnetIds: network.isolatedSubnetIds },
      { parent: this },
    )
    const allowed = new aws.elasticache.UserGroup(
      `${name}-users`,
      { userGroupId: id, engine: 'valkey', userIds: users.map(({ userId }) => userId) },
      { parent: this },
    )
    const log = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      { name: `/${prefix}/cache`, retentionInDays: logDays, kmsKeyId: keyArn },
      { parent: this },
    )
    const logTo = (logType: 'slow-log' | 'engine-log') => ({
      destination: log.name,
      destinationType: 'cloudwatch-logs',
      logFormat: 'json',
      logType,
    })
    return new aws.elasticache.ReplicationGroup(
      `${name}-cluster`,
      {
        replicationGroupId: id,
        description: `Cache and rate limits of ${prefix}`,
        engine: 'valkey',
        engineVersion: '8.1',
        parameterGroupName: 'default.valkey8',
        // Said, though it is the usual one: unknown in every preview otherwise.
        port: CACHE_PORT,
        nodeType,
        numCacheClusters: replicas + 1,
        automaticFailoverEnabled: replicas > 0,
        multiAzEnabled: replicas > 0,
        subnetGroupName: subnets.name,
        securityGroupIds: [group.id],
        userGroupIds: [allowed.userGroupId],
        atRestEncryptionEnabled: true,
        kmsKeyId: keyArn,
        transitEncryptionEnabled: true,
        transitEncryptionMode: 'required',
        snapshotRetentionLimit: snapshotDays,
        ...(snapshotDays > 0 && { snapshotWindow: '03:00-04:00' }),
        maintenanceWindow: 'sun:04:30-sun:05:30',
        autoMinorVersionUpgrade: true,
        applyImmediately: false,
        logDeliveryConfigurations: [logTo('slow-log'), logTo('engine-log')],
      },
      { parent: this },
    )
  }
}
