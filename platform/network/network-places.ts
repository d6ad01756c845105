import type { Output } from '@pulumi/pulumi'

/** Where things may stand in the VPC. Each list has one subnet per zone, in the order of the zones. */
export interface NetworkPlaces {
  readonly vpcId: Output<string>
  /** Addresses of the VPC: `10.20.0.0/16`. */
  readonly cidr: string
  readonly publicSubnetIds: Output<string>[]
  readonly privateSubnetIds: Output<string>[]
  /** No way to the internet: databases and caches. */
  readonly isolatedSubnetIds: Output<string>[]
}
