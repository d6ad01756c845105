import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { ZoneBlocks } from './cidr.ts'

export type Tier = keyof ZoneBlocks
/** Each tier's subnets, one per zone. */
export type Subnets = Readonly<Record<Tier, readonly aws.ec2.Subnet[]>>

/** Parts of resource names, not of AWS's zones. */
export const ZONE_NAMES = ['a', 'b', 'c'] as const

export interface RoutesArgs {
  prefix: string
  vpcId: pulumi.Input<string>
  subnets: Subnets
  /** 0: no way out of the private subnets; 1: one way for all; else one for each zone. */
  natGateways: number
}

/**
 * Internet gateway, NAT gateways and the tables that lead to them. The isolated subnets' table leads nowhere.
 * @returns the tables of the private and the isolated subnets
 */
export function createRoutes(
  name: string,
  args: RoutesArgs,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.RouteTable[] {
  const { prefix, vpcId, subnets } = args
  const table = (suffix: string) =>
    new aws.ec2.RouteTable(
      `${name}-${suffix}`,
      { vpcId, tags: { Name: `${prefix}-${suffix}` } },
      opts,
    )
  const open = table('public')
  associate(`${name}-public`, subnets.public, [open], opts)
  const gateways = createNatGateways(name, args, createInternetRoute(name, args, open, opts), opts)
  const ways = gateways.length === 0 ? [undefined] : gateways
  const tables = ways.map((gateway, zone) => {
    const own = table(`private-${ZONE_NAMES[zone]}`)
    if (gateway)
      new aws.ec2.Route(
        `${name}-private-${ZONE_NAMES[zone]}-nat`,
        {
          routeTableId: own.id,
          destinationCidrBlock: '0.0.0.0/0',
          natGatewayId: gateway.id,
        },
        opts,
      )
    return own
  })
  associate(`${name}-private`, subnets.private, tables, opts)
  const isolated = table('isolated')
  associate(`${name}-isolated`, subnets.isolated, [isolated], opts)
  return [...tables, isolated]
}

function createInternetRoute(
  name: string,
  { prefix, vpcId }: RoutesArgs,
  table: aws.ec2.RouteTable,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.Route {
  const internet = new aws.ec2.InternetGateway(
    `${name}-internet`,
    { vpcId, tags: { Name: prefix } },
    opts,
  )
  return new aws.ec2.Route(
    `${name}-public-internet`,
    { routeTableId: table.id, destinationCidrBlock: '0.0.0.0/0', gatewayId: internet.id },
    opts,
  )
}

function createNatGateways(
  name: string,
  { prefix, subnets, natGateways }: RoutesArgs,
  internetRoute: aws.ec2.Route,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.NatGateway[] {
  return subnets.public.slice(0, natGateways).map((subnet, zone) => {
    const suffix = `nat-${ZONE_NAMES[zone]}`
    const tags = { Name: `${prefix}-${suffix}` }
    const address = new aws.ec2.Eip(`${name}-${suffix}-address`, { domain: 'vpc', tags }, opts)
    return new aws.ec2.NatGateway(
      `${name}-${suffix}`,
      { subnetId: subnet.id, allocationId: address.allocationId, tags },
      { ...opts, dependsOn: [internetRoute] },
    )
  })
}

/** Each zone's subnet with its own table, or all with the one that there is. */
function associate(
  name: string,
  subnets: readonly aws.ec2.Subnet[],
  tables: readonly aws.ec2.RouteTable[],
  opts: pulumi.CustomResourceOptions,
): void {
  for (const [zone, subnet] of subnets.entries()) {
    const table = tables[zone] ?? tables[0]
    if (!table) throw new Error(`${name}: no route table for zone ${zone}`)
    new aws.ec2.RouteTableAssociation(
      `${name}-${ZONE_NAMES[zone]}`,
      { subnetId: subnet.id, routeTableId: table.id },
      opts,
    )
  }
}
