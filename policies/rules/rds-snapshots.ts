import { isGiven } from '../not-evaluated.ts'
import { fail, rule, type Rule, shown, stackRule } from '../rule.ts'

/** Everybody with an account of AWS, in the lists of who may restore a snapshot. */
const EVERYBODY = 'all'

const SHARED = {
  control: 'RDS.1',
  title: 'Snapshots of databases are not public',
  severity: 'critical',
  why: 'everybody with an account of AWS can restore the database and read it',
} as const

const ENCRYPTED = {
  control: 'RDS.4',
  title: 'Snapshots of databases are encrypted',
  severity: 'medium',
  why: 'who gets at a snapshot can read all data',
} as const

/** Controls of snapshots. */
export const rdsSnapshots: readonly Rule[] = [
  rule(['rds.Snapshot', 'rds.ClusterSnapshot', 'rds.SnapshotCopy', 'rds.ClusterSnapshotCopy'], {
    ...SHARED,
    check: ({ inputs: { sharedAccounts = [] } }) =>
      sharedAccounts.includes(EVERYBODY)
        ? fail('sharedAccounts', 'has "all"', 'sharedAccounts: the accounts that are meant')
        : undefined,
  }),
  stackRule('rds.Snapshot', {
    ...ENCRYPTED,
    check: (snapshot, stack) => {
      const { inputs } = stack.target(snapshot, 'rds.Instance', 'dbInstanceIdentifier')
      return inputs.storageEncrypted === true
        ? undefined
        : fail(
            'dbInstanceIdentifier',
            `is of an instance whose storageEncrypted ${shown(inputs.storageEncrypted)}`,
            'storageEncrypted: true of that instance',
          )
    },
  }),
  stackRule('rds.ClusterSnapshot', {
    ...ENCRYPTED,
    check: (snapshot, stack) => {
      const { inputs } = stack.target(snapshot, 'rds.Cluster', 'dbClusterIdentifier')
      return inputs.storageEncrypted === true
        ? undefined
        : fail(
            'dbClusterIdentifier',
            `is of a cluster whose storageEncrypted ${shown(inputs.storageEncrypted)}`,
            'storageEncrypted: true of that cluster',
          )
    },
  }),
  rule(['rds.SnapshotCopy', 'rds.ClusterSnapshotCopy'], {
    ...ENCRYPTED,
    check: ({ inputs }) =>
      !isGiven(inputs, 'kmsKeyId')
        ? fail('kmsKeyId', 'is not set', 'kmsKeyId: key.arn')
        : undefined,
  }),
]
