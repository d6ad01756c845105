import { isGiven } from '../not-evaluated.ts'
import { fail, rule, type Rule, wants } from '../rule.ts'

const OLD_REDIS = 6

const OWN_SUBNETS = 'subnetGroupName: the name of a group of private subnets'

export const elasticache: readonly Rule[] = [
  rule('elasticache.ReplicationGroup', {
    control: 'ElastiCache.1',
    title: 'Caches are backed up by themselves',
    severity: 'high',
    why: 'what the cache holds is gone with a failed node',
    check: ({ inputs }) =>
      wants(inputs, 'snapshotRetentionLimit', (days = 0) => days >= 1, 'snapshotRetentionLimit: 1'),
  }),
  rule('elasticache.Cluster', {
    control: 'ElastiCache.1',
    title: 'Caches are backed up by themselves',
    severity: 'high',
    why: 'what the cache holds is gone with a failed node',
    // Memcached has no snapshots; members of a group take after it.
    applies: ({ inputs }) =>
      inputs.engine !== 'memcached' && inputs.replicationGroupId === undefined,
    check: ({ inputs }) =>
      wants(inputs, 'snapshotRetentionLimit', (days = 0) => days >= 1, 'snapshotRetentionLimit: 1'),
  }),
  rule(['elasticache.ReplicationGroup', 'elasticache.Cluster'], {
    control: 'ElastiCache.2',
    title: 'Caches take minor versions by themselves',
    severity: 'high',
    why: 'known holes stay open until somebody remembers',
    // The default of AWS is true.
    check: ({ inputs }) =>
      String(inputs.autoMinorVersionUpgrade) === 'false'
        ? fail('autoMinorVersionUpgrade', 'is false', 'autoMinorVersionUpgrade: true')
        : undefined,
  }),
  rule('elasticache.ReplicationGroup', {
    control: 'ElastiCache.3',
    title: 'Caches fail over to a replica by themselves',
    severity: 'medium',
    why: 'a failed primary stops every writer until somebody acts',
    check: ({ inputs }) =>
      wants(
        inputs,
        'automaticFailoverEnabled',
        true,
        'automaticFailoverEnabled: true and a replica',
      ),
  }),
  rule('elasticache.ReplicationGroup', {
    control: 'ElastiCache.4',
    title: 'Caches are encrypted at rest',
    severity: 'medium',
    why: 'who gets at a disk or a snapshot can read all data',
    check: ({ inputs }) => wants(inputs, 'atRestEncryptionEnabled', true),
  }),
  rule('elasticache.ReplicationGroup', {
    control: 'ElastiCache.5',
    title: 'Caches are asked over TLS',
    severity: 'medium',
    why: 'who listens in the network can read passwords and data',
    check: ({ inputs }) =>
      inputs.transitEncryptionMode === 'preferred'
        ? fail(
            'transitEncryptionMode',
            'is "preferred": plain connections are let in',
            "transitEncryptionMode: 'required'",
          )
        : wants(inputs, 'transitEncryptionEnabled', true),
  }),
  rule('elasticache.ReplicationGroup', {
    control: 'ElastiCache.6',
    title: 'Caches of older Redis want a password',
    severity: 'medium',
    why: 'before version 6 there are no users: everybody in the network may do everything',
    applies: ({ inputs }) =>
      (inputs.engine ?? 'redis') === 'redis' &&
      Number.parseFloat(inputs.engineVersion ?? `${OLD_REDIS}`) < OLD_REDIS,
    check: ({ inputs }) =>
      !isGiven(inputs, 'authToken') && !isGiven(inputs, 'authTokenWo')
        ? fail(
            'authToken',
            'is not set',
            'authToken: a secret, or engineVersion 7 with user groups',
          )
        : undefined,
  }),
  rule(['elasticache.ReplicationGroup', 'elasticache.Cluster'], {
    control: 'ElastiCache.7',
    title: 'Caches stand in subnets that were chosen for them',
    severity: 'high',
    why: 'the default group has every subnet of the default VPC, public ones too',
    applies: ({ inputs }) => !('replicationGroupId' in inputs && 'clusterId' in inputs),
    check: ({ inputs }) => {
      if (!isGiven(inputs, 'subnetGroupName'))
        return fail('subnetGroupName', 'is not set', OWN_SUBNETS)
      return inputs.subnetGroupName === 'default'
        ? fail('subnetGroupName', 'is "default"', OWN_SUBNETS)
        : undefined
    },
  }),
]
