import { familyOf } from '../reading/databases.ts'
import type { ResourceOf } from '../resource.ts'
import { fail, rule, type Rule, stackRule, wants } from '../rule.ts'

type Cluster = ResourceOf<'rds.Cluster'>

const isAurora = (cluster: Cluster): boolean => familyOf(cluster) === 'aurora'
const isPostgres = ({ inputs: { engine = '' } }: Cluster): boolean =>
  engine.endsWith('postgres') || engine.endsWith('postgresql')

/** Names that every attacker tries first. */
const DEFAULT_USERS = new Set(['admin', 'administrator', 'postgres', 'root', 'mysql', 'rdsadmin'])

const LEAST_BACKUP_DAYS = 7
/** One to write and one to take over. */
const LEAST_INSTANCES = 2

export const rdsCluster: readonly Rule[] = [
  rule('rds.Cluster', {
    control: 'RDS.7',
    title: 'Database clusters are protected from deletion',
    severity: 'medium',
    why: 'one wrong command deletes the database',
    check: ({ inputs }) => wants(inputs, 'deletionProtection', true),
  }),
  rule('rds.Cluster', {
    control: 'RDS.12',
    title: 'Database clusters let users log in by IAM',
    severity: 'medium',
    why: 'passwords of a database are shared, leak and are never changed',
    check: ({ inputs }) => wants(inputs, 'iamDatabaseAuthenticationEnabled', true),
  }),
  stackRule('rds.Cluster', {
    control: 'RDS.15',
    title: 'Database clusters stand in several zones',
    severity: 'medium',
    why: 'the loss of one zone stops the database',
    check: (cluster, stack) => {
      // A cluster with an instance class of its own brings its standbys along.
      if (cluster.inputs.dbClusterInstanceClass !== undefined) return undefined
      const count = stack.referrers(cluster, 'rds.ClusterInstance', 'clusterIdentifier').length
      return count >= LEAST_INSTANCES
        ? undefined
        : fail(
            'rds.ClusterInstance',
            `of this cluster: ${count} of at least ${LEAST_INSTANCES}`,
            'a second aws.rds.ClusterInstance of this cluster',
          )
    },
  }),
  rule('rds.Cluster', {
    control: 'RDS.16',
    title: 'Aurora clusters copy their tags to snapshots',
    severity: 'low',
    why: 'nobody can tell whose data is in a snapshot without tags',
    applies: isAurora,
    check: ({ inputs }) => wants(inputs, 'copyTagsToSnapshot', true),
  }),
  rule('rds.Cluster', {
    control: 'RDS.24',
    title: 'Database clusters have an administrator of an uncommon name',
    severity: 'medium',
    why: 'half of the credential is known to everybody',
    applies: ({ inputs }) => inputs.masterUsername !== undefined,
    check: ({ inputs }) =>
      wants(
        inputs,
        'masterUsername',
        (name = '') => !DEFAULT_USERS.has(name.toLowerCase()),
        "masterUsername: 'shop_owner', or another name of your own",
      ),
  }),
  rule('rds.Cluster', {
    control: 'RDS.27',
    title: 'Database clusters are encrypted at rest',
    severity: 'medium',
    why: 'who gets at the disk or a snapshot can read all data',
    check: ({ inputs }) => wants(inputs, 'storageEncrypted', true),
  }),
  rule('rds.Cluster', {
    control: 'RDS.35',
    title: 'Database clusters take minor versions by themselves',
    severity: 'medium',
    why: 'known holes stay open until somebody remembers',
    // In Aurora it is a property of the instances, true by default.
    applies: cluster => !isAurora(cluster),
    check: ({ inputs }) =>
      wants(
        inputs,
        'autoMinorVersionUpgrade',
        value => value !== false,
        'autoMinorVersionUpgrade: true',
      ),
  }),
  rule('rds.ClusterInstance', {
    control: 'RDS.35',
    title: 'Database clusters take minor versions by themselves',
    severity: 'medium',
    why: 'known holes stay open until somebody remembers',
    check: ({ inputs }) =>
      wants(
        inputs,
        'autoMinorVersionUpgrade',
        value => value !== false,
        'autoMinorVersionUpgrade: true',
      ),
  }),
  rule('rds.Cluster', {
    control: 'RDS.37',
    title: 'Aurora PostgreSQL clusters export their log to CloudWatch',
    severity: 'medium',
    why: 'failed logins and errors are seen by nobody',
    applies: cluster => isAurora(cluster) && isPostgres(cluster),
    check: ({ inputs: { enabledCloudwatchLogsExports = [] } }) =>
      enabledCloudwatchLogsExports.includes('postgresql')
        ? undefined
        : fail(
            'enabledCloudwatchLogsExports',
            'lacks postgresql',
            "enabledCloudwatchLogsExports: ['postgresql']",
          ),
  }),
  rule('rds.Cluster', {
    control: 'RDS.47',
    title: 'PostgreSQL clusters copy their tags to snapshots',
    severity: 'low',
    why: 'nobody can tell whose data is in a snapshot without tags',
    applies: cluster => !isAurora(cluster) && isPostgres(cluster),
    check: ({ inputs }) => wants(inputs, 'copyTagsToSnapshot', true),
  }),
  rule('rds.Cluster', {
    control: 'RDS.50',
    title: `Database clusters keep backups for at least ${LEAST_BACKUP_DAYS} days`,
    severity: 'medium',
    why: 'damage that is noticed after the last backup is forever',
    check: ({ inputs }) =>
      wants(
        inputs,
        'backupRetentionPeriod',
        // Aurora keeps a day by default.
        (days = 1) => days >= LEAST_BACKUP_DAYS,
        `backupRetentionPeriod: ${LEAST_BACKUP_DAYS}`,
      ),
  }),
  rule('rds.Proxy', {
    control: 'RDS.43',
    title: 'Proxies of databases want TLS',
    severity: 'medium',
    why: 'who listens in the network can read passwords and data',
    check: ({ inputs }) => wants(inputs, 'requireTls', true),
  }),
]
