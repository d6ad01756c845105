import { isGiven } from '../not-evaluated.ts'
import { on, switchOf } from '../reading/switches.ts'
import type { Rule } from '../rule.ts'

const AT_REST = {
  control: 'Shop.EncryptionAtRest',
  title: 'What can be stored encrypted is',
  severity: 'high',
  why: 'who gets at a disk, a snapshot or a copy can read all data',
  remediation:
    'https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/protecting-data-at-rest.html',
} as const

/** Encryption at rest wherever a type offers it and no control of AWS asks for it. */
export const encryptionAtRest: readonly Rule[] = [
  on(AT_REST, 'appsync.ApiCache', 'atRestEncryptionEnabled'),
  on(AT_REST, 'docdb.Cluster', 'storageEncrypted'),
  on(AT_REST, 'docdb.GlobalCluster', 'storageEncrypted'),
  on(AT_REST, 'neptune.Cluster', 'storageEncrypted'),
  on(AT_REST, 'neptune.GlobalCluster', 'storageEncrypted'),
  on(AT_REST, 'rds.GlobalCluster', 'storageEncrypted'),
  on(AT_REST, 'ebs.Volume', 'encrypted'),
  on(AT_REST, 'ebs.SnapshotCopy', 'encrypted'),
  on(AT_REST, 'ebs.SnapshotImport', 'encrypted'),
  on(AT_REST, 'ec2.AmiCopy', 'encrypted'),
  on(AT_REST, 'efs.FileSystem', 'encrypted'),
  on(AT_REST, 'workspaces.Workspace', 'rootVolumeEncryptionEnabled'),
  on(AT_REST, 'workspaces.Workspace', 'userVolumeEncryptionEnabled'),
  switchOf(
    AT_REST,
    'redshift.Cluster',
    'encrypted',
    ({ encrypted }) => String(encrypted),
    ['true'],
    "encrypted: 'true'",
  ),
  switchOf(
    AT_REST,
    'dax.Cluster',
    'serverSideEncryption',
    inputs => inputs.serverSideEncryption?.enabled,
    [true],
    'serverSideEncryption: { enabled: true }',
  ),
  switchOf(
    AT_REST,
    'opensearch.Domain',
    'encryptAtRest',
    inputs => inputs.encryptAtRest?.enabled,
    [true],
    'encryptAtRest: { enabled: true }',
  ),
  switchOf(
    AT_REST,
    'elasticsearch.Domain',
    'encryptAtRest',
    inputs => inputs.encryptAtRest?.enabled,
    [true],
    'encryptAtRest: { enabled: true }',
  ),
  switchOf(
    AT_REST,
    'kinesis.Stream',
    'encryptionType',
    inputs => inputs.encryptionType,
    ['KMS'],
    "encryptionType: 'KMS', kmsKeyId: 'alias/aws/kinesis'",
  ),
  switchOf(
    AT_REST,
    'kinesis.FirehoseDeliveryStream',
    'serverSideEncryption',
    inputs => inputs.serverSideEncryption?.enabled,
    [true],
    'serverSideEncryption: { enabled: true }',
    // What it takes from a stream is encrypted there.
    ({ inputs }) => inputs.kinesisSourceConfiguration === undefined,
  ),
  switchOf(
    AT_REST,
    'drs.ReplicationConfigurationTemplate',
    'ebsEncryption',
    inputs => inputs.ebsEncryption,
    ['DEFAULT', 'CUSTOM'],
    "ebsEncryption: 'DEFAULT'",
  ),
  switchOf(
    AT_REST,
    'eks.Cluster',
    'encryptionConfig',
    inputs => isGiven(inputs.encryptionConfig, 'provider'),
    [true],
    "encryptionConfig: { provider: { keyArn }, resources: ['secrets'] }",
  ),
  switchOf(
    AT_REST,
    'athena.Database',
    'encryptionConfiguration',
    inputs => isGiven(inputs.encryptionConfiguration, 'encryptionOption'),
    [true],
    "encryptionConfiguration: { encryptionOption: 'SSE_KMS', kmsKey: key.arn }",
  ),
]
