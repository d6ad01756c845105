import { type Instance, familyOf, isSource } from '../reading/databases.ts'
import { fail, rule, type Rule, wants } from '../rule.ts'

const LEAST_BACKUP_DAYS = 7

const LOGS: Readonly<Record<string, readonly string[]>> = {
  postgres: ['postgresql', 'upgrade'],
  mysql: ['audit', 'error', 'general', 'slowquery'],
  mariadb: ['audit', 'error', 'general', 'slowquery'],
  oracle: ['alert', 'audit', 'trace', 'listener'],
  sqlserver: ['error', 'agent'],
}

function missingLogs({ inputs }: Instance, wanted: readonly string[]) {
  const exported: readonly string[] = inputs.enabledCloudwatchLogsExports ?? []
  const missing = wanted.filter(log => !exported.includes(log))
  if (missing.length === 0) return undefined
  return fail(
    'enabledCloudwatchLogsExports',
    `lacks ${missing.join(', ')}`,
    `enabledCloudwatchLogsExports: ${JSON.stringify([...exported, ...missing])}`,
  )
}

export const rds: readonly Rule[] = [
  rule('rds.Instance', {
    control: 'RDS.3',
    title: 'RDS instances are encrypted at rest',
    severity: 'medium',
    why: 'who gets at the disk or a snapshot can read all data',
    applies: isSource,
    check: ({ inputs }) =>
      wants(
        inputs,
        'storageEncrypted',
        true,
        'storageEncrypted: true and a kmsKeyId; changing it later replaces the database',
      ),
  }),
  rule('rds.Instance', {
    control: 'RDS.5',
    title: 'RDS instances have a standby in another zone',
    severity: 'medium',
    why: 'the loss of one zone stops the database until it is restored from a backup',
    applies: isSource,
    check: ({ inputs }) => wants(inputs, 'multiAz', true),
  }),
  rule('rds.Instance', {
    control: 'RDS.6',
    title: 'RDS instances report figures of their operating system',
    severity: 'low',
    why: 'what starves a database (memory, processes, swap) shows nowhere else',
    check: ({ inputs }) =>
      wants(
        inputs,
        'monitoringInterval',
        (seconds = 0) => seconds > 0,
        'monitoringInterval: 60 and a monitoringRoleArn',
      ),
  }),
  rule('rds.Instance', {
    control: 'RDS.8',
    title: 'RDS instances are protected from deletion',
    severity: 'low',
    why: 'one wrong command deletes the database',
    check: ({ inputs }) => wants(inputs, 'deletionProtection', true),
  }),
  rule('rds.Instance', {
    control: 'RDS.9',
    title: 'RDS instances export the logs of their engine to CloudWatch',
    severity: 'medium',
    why: 'logs on the instance are gone after days and nobody is told of what is in them',
    applies: instance => familyOf(instance) in LOGS,
    check: instance => missingLogs(instance, LOGS[familyOf(instance)] ?? []),
  }),
  rule('rds.Instance', {
    control: 'RDS.11',
    title: `RDS instances keep automatic backups for at least ${LEAST_BACKUP_DAYS} days`,
    severity: 'medium',
    why: 'damage that is noticed after the last backup is forever',
    applies: instance => isSource(instance) && familyOf(instance) !== 'aurora',
    check: ({ inputs }) =>
      wants(
        inputs,
        'backupRetentionPeriod',
        (days = 0) => days >= LEAST_BACKUP_DAYS,
        `backupRetentionPeriod: ${LEAST_BACKUP_DAYS}`,
      ),
  }),
  rule('rds.Instance', {
    control: 'RDS.13',
    title: 'RDS instances take minor versions by themselves',
    severity: 'high',
    why: 'known holes stay open until somebody remembers',
    // The provider's default is true.
    check: ({ inputs }) =>
      wants(
        inputs,
        'autoMinorVersionUpgrade',
        value => value !== false,
        'autoMinorVersionUpgrade: true',
      ),
  }),
  rule('rds.Instance', {
    control: 'RDS.17',
    title: 'RDS instances copy their tags to snapshots',
    severity: 'low',
    why: 'nobody can tell whose data is in a snapshot without tags',
    applies: instance => familyOf(instance) !== 'aurora',
    check: ({ inputs }) => wants(inputs, 'copyTagsToSnapshot', true),
  }),
  rule('rds.Instance', {
    control: 'RDS.36',
    title: 'PostgreSQL instances export their log to CloudWatch',
    severity: 'medium',
    why: 'failed logins and errors are seen by nobody',
    applies: instance => familyOf(instance) === 'postgres',
    check: instance => missingLogs(instance, ['postgresql']),
  }),
]
