import { isGiven } from '../not-evaluated.ts'
import { familyOf, isSource } from '../reading/databases.ts'
import { hasInternetRoute, subnetsOf } from '../reading/subnets.ts'
import { fail, rule, type Rule, shown, stackRule, wants } from '../rule.ts'

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  postgres: 5432,
  mysql: 3306,
  mariadb: 3306,
  oracle: 1521,
  sqlserver: 1433,
}

/** Names that every attacker tries first. */
const DEFAULT_USERS = new Set([
  'admin',
  'administrator',
  'postgres',
  'root',
  'sa',
  'mysql',
  'rdsadmin',
])

export const rdsAccess: readonly Rule[] = [
  rule('rds.Instance', {
    control: 'RDS.2',
    title: 'RDS instances have no public address',
    severity: 'critical',
    why: 'a database with a public address is one rule away from the whole internet',
    check: ({ inputs }) =>
      wants(inputs, 'publiclyAccessible', value => value !== true, 'publiclyAccessible: false'),
  }),
  rule('rds.Instance', {
    control: 'RDS.10',
    title: 'RDS instances let users log in by IAM',
    severity: 'medium',
    why: 'passwords of a database are shared, leak and are never changed',
    applies: instance =>
      isSource(instance) && ['postgres', 'mysql', 'mariadb'].includes(familyOf(instance)),
    check: ({ inputs }) => wants(inputs, 'iamDatabaseAuthenticationEnabled', true),
  }),
  rule('rds.Instance', {
    control: 'RDS.23',
    title: 'RDS instances do not listen on the default port of their engine',
    severity: 'low',
    why: 'scans try default ports first',
    applies: instance => isSource(instance) && familyOf(instance) in DEFAULT_PORTS,
    check: instance => {
      const usual = DEFAULT_PORTS[familyOf(instance)] ?? 0
      const { port } = instance.inputs
      if (port !== undefined && `${port}` !== `${usual}`) return undefined
      return fail('port', `${shown(port)}, and ${usual} is the default`, `port: ${usual + 1}`)
    },
  }),
  rule('rds.Instance', {
    control: 'RDS.25',
    title: 'RDS instances have an administrator of an uncommon name',
    severity: 'medium',
    why: 'half of the credential is known to everybody',
    applies: ({ inputs }) => inputs.username !== undefined,
    check: ({ inputs }) =>
      wants(
        inputs,
        'username',
        name => !DEFAULT_USERS.has(String(name).toLowerCase()),
        "username: 'shop_owner', or another name of your own; changing it replaces the database",
      ),
  }),
  stackRule('rds.Instance', {
    control: 'RDS.46',
    title: 'RDS instances stand in no subnet with a route from the internet',
    severity: 'high',
    why: 'a public subnet makes the security group the only wall',
    applies: isSource,
    check: (instance, stack) => {
      if (!isGiven(instance.inputs, 'dbSubnetGroupName'))
        return fail(
          'dbSubnetGroupName',
          'is not set: the subnets of the default VPC are public',
          'dbSubnetGroupName: the name of a group of private subnets',
        )
      const group = stack.target(instance, 'rds.SubnetGroup', 'dbSubnetGroupName')
      const subnets = subnetsOf(group, 'subnetIds', group.inputs.subnetIds ?? [], stack)
      const open = subnets.filter(subnet => hasInternetRoute(subnet, stack))
      if (open.length === 0) return undefined
      return fail(
        'dbSubnetGroupName',
        `has subnets with a route to an internet gateway: ${open.map(({ name }) => name).join(', ')}`,
        'subnetIds of the subnet group: only subnets without such a route',
      )
    },
  }),
]
