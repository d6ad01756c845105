import * as aws from '@pulumi/aws'
import { database } from '../testing/database.ts'
import type { Fixtures } from '../testing/fixtures.ts'

const snapshot =
  (storageEncrypted: boolean, sharedAccounts: string[] = []) =>
  () => {
    new aws.rds.Snapshot('snapshot', {
      dbInstanceIdentifier: database({ storageEncrypted, identifier: 'shop' }).identifier,
      dbSnapshotIdentifier: 'snapshot',
      sharedAccounts,
    })
  }
const ofCluster =
  (storageEncrypted: boolean, sharedAccounts: string[] = []) =>
  () => {
    const cluster = new aws.rds.Cluster('db', { engine: 'aurora-postgresql', storageEncrypted })
    new aws.rds.ClusterSnapshot('snapshot', {
      dbClusterIdentifier: cluster.id,
      dbClusterSnapshotIdentifier: 'snapshot',
      sharedAccounts,
    })
  }
const copy = (args: Partial<aws.rds.SnapshotCopyArgs>) => () =>
  new aws.rds.SnapshotCopy('copy', {
    sourceDbSnapshotIdentifier: 'snapshot',
    targetDbSnapshotIdentifier: 'copy',
    ...args,
  })
const clusterCopy = (args: Partial<aws.rds.ClusterSnapshotCopyArgs>) => () =>
  new aws.rds.ClusterSnapshotCopy('copy', {
    sourceDbClusterSnapshotIdentifier: 'snapshot',
    targetDbClusterSnapshotIdentifier: 'copy',
    ...args,
  })

export const rdsSnapshotsFixtures: Fixtures = {
  'RDS.1': {
    passes: {
      'for nobody': snapshot(true),
      'for one account': ofCluster(true, ['123456789012']),
    },
    fails: {
      'sharedAccounts has "all"': [
        snapshot(true, ['all']),
        ofCluster(true, ['123456789012', 'all']),
        copy({ sharedAccounts: ['all'] }),
        clusterCopy({ sharedAccounts: ['all'] }),
      ],
    },
  },
  'RDS.4': {
    passes: {
      'of an encrypted instance': snapshot(true),
      'of an encrypted cluster': ofCluster(true),
      'a copy by a key': copy({ kmsKeyId: 'arn:aws:kms:key' }),
    },
    fails: {
      'dbInstanceIdentifier is of an instance whose storageEncrypted is false': snapshot(false),
      'dbClusterIdentifier is of a cluster whose storageEncrypted is false': ofCluster(false),
      'kmsKeyId is not set': [copy({}), clusterCopy({})],
    },
    unknown: {
      'dbInstanceIdentifier refers to no rds.Instance of this stack': () =>
        new aws.rds.Snapshot('snapshot', {
          dbInstanceIdentifier: 'of-somebody-else',
          dbSnapshotIdentifier: 'snapshot',
        }),
    },
  },
}
