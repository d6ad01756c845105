import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'

const instance = (args: Partial<aws.rds.InstanceArgs> = {}) =>
  new aws.rds.Instance('db', {
    instanceClass: 'db.t4g.micro',
    allocatedStorage: 20,
    engine: 'postgres',
    ...args,
  })

export const rdsFixtures: Fixtures = {
  'RDS.3': {
    passes: { encrypted: () => instance({ storageEncrypted: true }) },
    fails: {
      'storageEncrypted is not set': () => instance(),
      'storageEncrypted is false': () => instance({ storageEncrypted: false }),
    },
  },
}
