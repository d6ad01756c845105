import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'

const cluster =
  (args: Partial<aws.rds.ClusterArgs>, instances: Partial<aws.rds.ClusterInstanceArgs>[] = []) =>
  () => {
    const { id } = new aws.rds.Cluster('db', { engine: 'aurora-postgresql', ...args })
    for (const [i, instance] of instances.entries())
      new aws.rds.ClusterInstance(`db-${i}`, {
        clusterIdentifier: id,
        engine: 'aurora-postgresql',
        instanceClass: 'db.r8g.large',
        ...instance,
      })
  }

const POSTGRES = { engine: 'postgres' }

export const rdsClusterFixtures: Fixtures = {
  'RDS.7': {
    passes: { protected: cluster({ deletionProtection: true }) },
    fails: { 'deletionProtection is not set': cluster({}) },
  },
  'RDS.12': {
    passes: { 'logins by IAM': cluster({ iamDatabaseAuthenticationEnabled: true }) },
    fails: { 'iamDatabaseAuthenticationEnabled is not set': cluster({}) },
  },
  'RDS.15': {
    passes: {
      'two instances': cluster({}, [{}, {}]),
      'standbys of its own': cluster({ ...POSTGRES, dbClusterInstanceClass: 'db.m6gd.large' }),
    },
    fails: {
      'rds.ClusterInstance of this cluster: 1 of at least 2': cluster({}, [{}]),
      'rds.ClusterInstance of this cluster: 0 of at least 2': cluster({}),
    },
  },
  'RDS.16': {
    passes: {
      copied: cluster({ copyTagsToSnapshot: true }),
      'a cluster of PostgreSQL, which another control is for': cluster(POSTGRES),
    },
    fails: { 'copyTagsToSnapshot is not set': cluster({}) },
  },
  'RDS.24': {
    passes: { 'a name of its own': cluster({ masterUsername: 'shop_owner' }) },
    fails: {
      'masterUsername is "postgres"': cluster({ masterUsername: 'postgres' }),
      'masterUsername is "Admin"': cluster({ masterUsername: 'Admin' }),
    },
  },
  'RDS.27': {
    passes: { encrypted: cluster({ storageEncrypted: true }) },
    fails: {
      'storageEncrypted is not set': cluster({}),
      'storageEncrypted is false': cluster({ storageEncrypted: false }),
    },
  },
  'RDS.35': {
    passes: { 'by default': cluster({}, [{}]), 'of PostgreSQL': cluster(POSTGRES) },
    fails: {
      'autoMinorVersionUpgrade is false': [
        cluster({ ...POSTGRES, autoMinorVersionUpgrade: false }),
        cluster({}, [{ autoMinorVersionUpgrade: false }]),
      ],
    },
  },
  'RDS.37': {
    passes: {
      exported: cluster({ enabledCloudwatchLogsExports: ['postgresql'] }),
      'another engine': cluster({ engine: 'aurora-mysql' }),
    },
    fails: { 'enabledCloudwatchLogsExports lacks postgresql': cluster({}) },
  },
  'RDS.43': {
    passes: {
      TLS: () =>
        new aws.rds.Proxy('proxy', {
          engineFamily: 'POSTGRESQL',
          roleArn: 'arn:aws:iam::123456789012:role/proxy',
          vpcSubnetIds: ['subnet-1', 'subnet-2'],
          requireTls: true,
        }),
    },
    fails: {
      'requireTls is not set': () =>
        new aws.rds.Proxy('proxy', {
          engineFamily: 'POSTGRESQL',
          roleArn: 'arn:aws:iam::123456789012:role/proxy',
          vpcSubnetIds: ['subnet-1', 'subnet-2'],
        }),
    },
  },
  'RDS.47': {
    passes: {
      copied: cluster({ ...POSTGRES, copyTagsToSnapshot: true }),
      'a cluster of Aurora, which another control is for': cluster({}),
    },
    fails: { 'copyTagsToSnapshot is not set': cluster(POSTGRES) },
  },
  'RDS.50': {
    passes: { 'a week': cluster({ backupRetentionPeriod: 7 }) },
    fails: {
      'backupRetentionPeriod is not set': cluster({}),
      'backupRetentionPeriod is 6': cluster({ backupRetentionPeriod: 6 }),
    },
  },
}
