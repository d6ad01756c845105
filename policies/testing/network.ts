import * as aws from '@pulumi/aws'

export const vpcOf = (): aws.ec2.Vpc => new aws.ec2.Vpc('vpc', { cidrBlock: '10.0.0.0/16' })

/** Subnets of one VPC; traffic of the public ones goes to an internet gateway. */
export function subnetsOf(
  vpc: aws.ec2.Vpc,
  { isPublic, inline = false }: { isPublic: boolean; inline?: boolean },
): aws.ec2.Subnet[] {
  const gateway = new aws.ec2.InternetGateway('internet', { vpcId: vpc.id })
  const route = { cidrBlock: '0.0.0.0/0', gatewayId: gateway.id }
  const table = new aws.ec2.RouteTable('table', {
    vpcId: vpc.id,
    ...(isPublic && inline && { routes: [route] }),
  })
  if (isPublic && !inline)
    new aws.ec2.Route('route', {
      routeTableId: table.id,
      destinationCidrBlock: route.cidrBlock,
      gatewayId: gateway.id,
    })
  return ['a', 'b'].map((zone, i) => {
    const subnet = new aws.ec2.Subnet(`subnet-${zone}`, {
      vpcId: vpc.id,
      cidrBlock: `10.0.${i}.0/24`,
      availabilityZone: `eu-west-1${zone}`,
    })
    new aws.ec2.RouteTableAssociation(`subnet-${zone}`, {
      subnetId: subnet.id,
      routeTableId: table.id,
    })
    return subnet
  })
}
