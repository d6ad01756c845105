import type * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'
import { database } from '../testing/database.ts'

const instance = (args: Partial<aws.rds.InstanceArgs>) => () => database(args)

export const rdsFixtures: Fixtures = {
  'RDS.3': {
    passes: {
      encrypted: instance({ storageEncrypted: true }),
      'a replica, which is encrypted as its source is': instance({ replicateSourceDb: 'db' }),
    },
    fails: {
      'storageEncrypted is not set': instance({}),
      'storageEncrypted is false': instance({ storageEncrypted: false }),
    },
  },
  'RDS.5': {
    passes: { 'a standby': instance({ multiAz: true }) },
    fails: {
      'multiAz is not set': instance({}),
      'multiAz is false': instance({ multiAz: false }),
    },
  },
  'RDS.6': {
    passes: { 'a figure a minute': instance({ monitoringInterval: 60 }) },
    fails: {
      'monitoringInterval is not set': instance({}),
      'monitoringInterval is 0': instance({ monitoringInterval: 0 }),
    },
  },
  'RDS.8': {
    passes: { protected: instance({ deletionProtection: true }) },
    fails: { 'deletionProtection is not set': instance({}) },
  },
  'RDS.9': {
    passes: {
      'both logs of PostgreSQL': instance({
        enabledCloudwatchLogsExports: ['postgresql', 'upgrade'],
      }),
      'an engine that has no logs to export': instance({ engine: 'db2-se' }),
    },
    fails: {
      'enabledCloudwatchLogsExports lacks postgresql, upgrade': instance({}),
      'enabledCloudwatchLogsExports lacks audit, general, slowquery': instance({
        engine: 'mysql',
        enabledCloudwatchLogsExports: ['error'],
      }),
    },
  },
  'RDS.11': {
    passes: { 'a week': instance({ backupRetentionPeriod: 7 }) },
    fails: {
      'backupRetentionPeriod is not set': instance({}),
      'backupRetentionPeriod is 6': instance({ backupRetentionPeriod: 6 }),
    },
  },
  'RDS.13': {
    passes: { 'by default': instance({}), told: instance({ autoMinorVersionUpgrade: true }) },
    fails: { 'autoMinorVersionUpgrade is false': instance({ autoMinorVersionUpgrade: false }) },
  },
  'RDS.17': {
    passes: { copied: instance({ copyTagsToSnapshot: true }) },
    fails: { 'copyTagsToSnapshot is not set': instance({}) },
  },
  'RDS.36': {
    passes: { exported: instance({ enabledCloudwatchLogsExports: ['postgresql'] }) },
    fails: {
      'enabledCloudwatchLogsExports lacks postgresql': instance({
        enabledCloudwatchLogsExports: ['upgrade'],
      }),
    },
  },
}
