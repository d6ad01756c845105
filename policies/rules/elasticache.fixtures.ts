import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'

const group = (args: Partial<aws.elasticache.ReplicationGroupArgs>) => () => {
  new aws.elasticache.ReplicationGroup('cache', { description: 'cache', ...args })
}
const cluster = (args: Partial<aws.elasticache.ClusterArgs>) => () => {
  new aws.elasticache.Cluster('cache', { engine: 'redis', ...args })
}

export const elasticacheFixtures: Fixtures = {
  'ElastiCache.1': {
    passes: {
      'a day': group({ snapshotRetentionLimit: 1 }),
      'a single node': cluster({ snapshotRetentionLimit: 1 }),
      'memcached, which has no snapshots': cluster({ engine: 'memcached' }),
      'a member of a group': cluster({ replicationGroupId: 'cache' }),
    },
    fails: {
      'snapshotRetentionLimit is not set': [group({}), cluster({})],
      'snapshotRetentionLimit is 0': group({ snapshotRetentionLimit: 0 }),
    },
  },
  'ElastiCache.2': {
    passes: { 'by default': group({}), told: cluster({ autoMinorVersionUpgrade: 'true' }) },
    fails: {
      'autoMinorVersionUpgrade is false': [
        group({ autoMinorVersionUpgrade: false }),
        cluster({ autoMinorVersionUpgrade: 'false' }),
      ],
    },
  },
  'ElastiCache.3': {
    passes: { 'fails over': group({ automaticFailoverEnabled: true }) },
    fails: {
      'automaticFailoverEnabled is not set': group({}),
      'automaticFailoverEnabled is false': group({ automaticFailoverEnabled: false }),
    },
  },
  'ElastiCache.4': {
    passes: { encrypted: group({ atRestEncryptionEnabled: true }) },
    fails: { 'atRestEncryptionEnabled is not set': group({}) },
  },
  'ElastiCache.5': {
    passes: { TLS: group({ transitEncryptionEnabled: true, transitEncryptionMode: 'required' }) },
    fails: {
      'transitEncryptionEnabled is not set': group({}),
      'transitEncryptionMode is "preferred"': group({
        transitEncryptionEnabled: true,
        transitEncryptionMode: 'preferred',
      }),
    },
  },
  'ElastiCache.6': {
    passes: {
      'a password': group({
        engine: 'redis',
        engineVersion: '5.0.6',
        authToken: 'of 16 characters',
      }),
      'a version with users': group({ engine: 'redis', engineVersion: '7.1' }),
      Valkey: group({ engine: 'valkey', engineVersion: '8.1' }),
    },
    fails: { 'authToken is not set': group({ engine: 'redis', engineVersion: '5.0.6' }) },
  },
  'ElastiCache.7': {
    passes: { 'a group of its own': group({ subnetGroupName: 'shop' }) },
    fails: {
      'subnetGroupName is not set': group({}),
      'subnetGroupName is "default"': cluster({ subnetGroupName: 'default' }),
    },
  },
}
