import * as aws from '@pulumi/aws'
import { database } from '../testing/database.ts'
import type { Fixtures } from '../testing/fixtures.ts'
import { subnetsOf, vpcOf } from '../testing/network.ts'

const instance = (args: Partial<aws.rds.InstanceArgs>) => () => database(args)

const inSubnets = (ids: aws.rds.SubnetGroupArgs['subnetIds']) => {
  const group = new aws.rds.SubnetGroup('group', { subnetIds: ids })
  database({ dbSubnetGroupName: group.name })
}

const placed = (where: { isPublic: boolean; inline?: boolean }) => () =>
  inSubnets(subnetsOf(vpcOf(), where).map(({ id }) => id))

export const rdsAccessFixtures: Fixtures = {
  'RDS.2': {
    passes: { 'by default': instance({}), told: instance({ publiclyAccessible: false }) },
    fails: { 'publiclyAccessible is true': instance({ publiclyAccessible: true }) },
  },
  'RDS.10': {
    passes: {
      'logins by IAM': instance({ iamDatabaseAuthenticationEnabled: true }),
      'an engine without them': instance({ engine: 'oracle-ee' }),
    },
    fails: { 'iamDatabaseAuthenticationEnabled is not set': instance({}) },
  },
  'RDS.23': {
    passes: { 'a port of its own': instance({ port: 5433 }) },
    fails: {
      'port is not set, and 5432 is the default': instance({}),
      'port is 5432, and 5432 is the default': instance({ port: 5432 }),
      'port is 3306, and 3306 is the default': instance({ engine: 'mysql', port: 3306 }),
      'port is 1433, and 1433 is the default': instance({ engine: 'sqlserver-ex', port: 1433 }),
    },
  },
  'RDS.25': {
    passes: { 'a name of its own': instance({ username: 'shop_owner' }) },
    fails: {
      'username is "postgres"': instance({ username: 'postgres' }),
      'username is "Admin"': instance({ username: 'Admin' }),
    },
  },
  'RDS.46': {
    passes: { 'private subnets': placed({ isPublic: false }) },
    fails: {
      'dbSubnetGroupName is not set': instance({}),
      'dbSubnetGroupName has subnets with a route to an internet gateway: subnet-a, subnet-b':
        placed({ isPublic: true }),
      'has subnets with a route': placed({ isPublic: true, inline: true }),
    },
    unknown: {
      'dbSubnetGroupName refers to no rds.SubnetGroup of this stack': instance({
        dbSubnetGroupName: 'of-somebody-else',
      }),
      'subnetIds lists subnets that are not of this stack': () =>
        inSubnets(['subnet-1', 'subnet-2']),
    },
  },
}
