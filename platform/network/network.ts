import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { planSubnets } from './cidr.ts'
import { InterfaceEndpoints } from './interface-endpoints.ts'
import type { InterfaceEndpoint } from './endpoints.ts'
import { createFlowLog } from './flow-log.ts'
import type { NetworkPlaces } from './network-places.ts'
import { createRoutes, type Subnets, type Tier, ZONE_NAMES } from './network-routes.ts'

export interface NetworkArgs {
  prefix: string
  region: string
  /** Private range of the VPC, /16 to /20. */
  cidr: string
  /** Availability zones, 2 or 3. */
  zones: number
  /** Way out of the private subnets: one gateway for all zones, one for each, or none. */
  nat: 'single' | 'per-zone' | 'none'
  interfaceEndpoints: readonly InterfaceEndpoint[]
  /** Days that flow logs are kept. */
  logDays: number
}

/**
 * A VPC with public, private and isolated subnets in each zone, gateway endpoints for S3 and DynamoDB, and flow logs.
 * The default security group is emptied. About 36 USD a month for each NAT gateway with its address and 7 USD for each
 * interface endpoint and zone; the rest is free but for what the flow logs hold.
 */
export class Network extends pulumi.ComponentResource implements NetworkPlaces {
  readonly vpcId: pulumi.Output<string>
  readonly cidr: string
  readonly publicSubnetIds: pulumi.Output<string>[]
  readonly privateSubnetIds: pulumi.Output<string>[]
  readonly isolatedSubnetIds: pulumi.Output<string>[]
  /** Of the gateway endpoint: what may be asked of S3 without leaving the VPC. */
  readonly s3PrefixListId: pulumi.Output<string>
  readonly dynamodbPrefixListId: pulumi.Output<string>
  /** Whether the private subnets have a way out. */
  readonly hasNat: boolean
  /** Undefined without interface endpoints. */
  readonly endpointsSecurityGroupId: pulumi.Output<string> | undefined

  private readonly prefix: string
  private readonly zones: number

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Network', name, {}, opts)
    const { prefix, cidr, zones, nat, region } = args
    this.prefix = prefix
    this.zones = zones
    this.cidr = cidr
    this.hasNat = nat !== 'none'
    const vpc = this.createVpc(name)
    this.vpcId = vpc.id
    const subnets = this.createSubnets(name)
    this.publicSubnetIds = subnets.public.map(subnet => subnet.id)
    this.privateSubnetIds = subnets.private.map(subnet => subnet.id)
    this.isolatedSubnetIds = subnets.isolated.map(subnet => subnet.id)
    const routeTables = createRoutes(
      name,
      {
        prefix,
        vpcId: vpc.id,
        subnets,
        natGateways: { none: 0, single: 1, 'per-zone': zones }[nat],
      },
      { parent: this },
    )
    const endpoint = (service: 's3' | 'dynamodb') =>
      new aws.ec2.VpcEndpoint(
        `${name}-${service}`,
        {
          vpcId: vpc.id,
          serviceName: `com.amazonaws.${region}.${service}`,
          vpcEndpointType: 'Gateway',
          routeTableIds: routeTables.map(table => table.id),
          tags: { Name: `${prefix}-${service}` },
        },
        { parent: this },
      ).prefixListId
    this.s3PrefixListId = endpoint('s3')
    this.dynamodbPrefixListId = endpoint('dynamodb')
    this.endpointsSecurityGroupId =
      args.interfaceEndpoints.length === 0
        ? undefined
        : new InterfaceEndpoints(
            `${name}-endpoints`,
            { prefix, region, network: this, services: args.interfaceEndpoints },
            { parent: this },
          ).securityGroupId
    createFlowLog(name, { ...args, vpcId: vpc.id }, { parent: this })
    this.registerOutputs({ vpcId: vpc.id })
  }

  private createVpc(name: string): aws.ec2.Vpc {
    const vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      {
        cidrBlock: this.cidr,
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: { Name: this.prefix },
      },
      { parent: this },
    )
    // Without rules: whatever is started without a group of its own reaches nothing.
    new aws.ec2.DefaultSecurityGroup(
      `${name}-default-group`,
      { vpcId: vpc.id, ingress: [], egress: [], tags: { Name: `${this.prefix}-default` } },
      { parent: this },
    )
    return vpc
  }

  private createSubnets(name: string): Subnets {
    const available = aws.getAvailabilityZonesOutput(
      {
        state: 'available',
        filters: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
      },
      { parent: this },
    ).names
    const plan = planSubnets(this.cidr, this.zones)
    const tier = (kind: Tier) =>
      plan.map(
        (blocks, zone) =>
          new aws.ec2.Subnet(
            `${name}-${kind}-${ZONE_NAMES[zone]}`,
            {
              vpcId: this.vpcId,
              cidrBlock: blocks[kind],
              availabilityZone: available.apply(names => zoneAt(names, zone)),
              mapPublicIpOnLaunch: false,
              tags: { Name: `${this.prefix}-${kind}-${ZONE_NAMES[zone]}`, Tier: kind },
            },
            // A zone that AWS opens must not move the subnets that are there.
            { parent: this, ignoreChanges: ['availabilityZone'] },
          ),
      )
    return { public: tier('public'), private: tier('private'), isolated: tier('isolated') }
  }
}

function zoneAt(names: readonly string[], zone: number): string {
  const found = names[zone]
  if (found !== undefined) return found
  throw new Error(`the region has ${names.length} zones, ${zone + 1} are asked for; set shop:zones`)
}
