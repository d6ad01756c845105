import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { InterfaceEndpoint } from './endpoints.ts'
import type { NetworkPlaces } from './network-places.ts'
import { closedGroup } from './security-group.ts'

export interface InterfaceEndpointsArgs {
  prefix: string
  region: string
  network: Pick<NetworkPlaces, 'vpcId' | 'privateSubnetIds'>
  services: readonly InterfaceEndpoint[]
}

/** AWS services inside the VPC, by their usual names. About 7 USD a month for each service and zone. */
export class InterfaceEndpoints extends pulumi.ComponentResource {
  readonly securityGroupId: pulumi.Output<string>

  constructor(name: string, args: InterfaceEndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:InterfaceEndpoints', name, {}, opts)
    const { prefix, region, network, services } = args
    const group = closedGroup(
      name,
      { prefix, vpcId: network.vpcId, description: 'Interface endpoints of AWS services' },
      { parent: this },
    )
    for (const service of services)
      new aws.ec2.VpcEndpoint(
        `${name}-${service.replace('.', '-')}`,
        {
          vpcId: network.vpcId,
          serviceName: `com.amazonaws.${region}.${service}`,
          vpcEndpointType: 'Interface',
          subnetIds: network.privateSubnetIds,
          securityGroupIds: [group.id],
          privateDnsEnabled: true,
          tags: { Name: `${prefix}-${service}` },
        },
        { parent: this },
      )
    this.securityGroupId = group.id
    this.registerOutputs({ securityGroupId: group.id })
  }
}
