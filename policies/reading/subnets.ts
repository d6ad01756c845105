import { NotEvaluated } from '../not-evaluated.ts'
import type { Resource, ResourceOf } from '../resource.ts'
import type { StackView } from '../stack-view.ts'

/**
 * The subnets that a property lists.
 * @throws NotEvaluated where some of them are not of this stack
 */
export function subnetsOf(
  resource: Resource<unknown>,
  property: string,
  ids: readonly unknown[],
  stack: StackView,
): readonly ResourceOf<'ec2.Subnet'>[] {
  const found = stack.targets(resource, 'ec2.Subnet', property)
  if (found.length >= ids.length) return found
  throw new NotEvaluated(property, 'lists subnets that are not of this stack')
}

/** Whether traffic from the internet is routed to a subnet. */
export function hasInternetRoute(subnet: ResourceOf<'ec2.Subnet'>, stack: StackView): boolean {
  const associations = stack.referrers(subnet, 'ec2.RouteTableAssociation', 'subnetId')
  // Without one the main table counts, which in a new VPC routes nothing out.
  const tables = associations.map(one => stack.target(one, 'ec2.RouteTable', 'routeTableId'))
  return tables.some(
    table =>
      stack
        .referrers(table, 'ec2.Route', 'routeTableId')
        .some(route => stack.targets(route, 'ec2.InternetGateway', 'gatewayId').length > 0) ||
      stack.targets(table, 'ec2.InternetGateway', 'routes').length > 0,
  )
}
