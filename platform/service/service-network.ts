import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { AnyManifest } from '../../apps/shared/manifest.ts'
import { closedGroup, openPath } from '../network/security-group.ts'
import { securityPaths, type SecurityPath } from './security-paths.ts'

export interface ServiceNetworkArgs {
  prefix: string
  manifest: AnyManifest
  network: {
    vpcId: pulumi.Input<string>
    s3PrefixListId: pulumi.Input<string>
    dynamodbPrefixListId: pulumi.Input<string>
    endpointsSecurityGroupId: pulumi.Input<string> | undefined
    /** Whether the private subnets have a way out. */
    hasNat: boolean
  }
  loadBalancerGroupId: pulumi.Input<string>
  databaseGroupId: pulumi.Input<string> | undefined
  cacheGroupId: pulumi.Input<string>
  /** Security groups of the services that this one asks. */
  serviceGroupIds: ReadonlyMap<string, pulumi.Input<string>>
}

/** A security group, and its rules: without them a task can't start. */
export interface ServiceNetwork {
  group: aws.ec2.SecurityGroup
  rules: pulumi.Resource[]
}

/** The service's security group with its paths, and the way to the APIs of AWS. */
export function createServiceNetwork(
  name: string,
  args: ServiceNetworkArgs,
  opts: pulumi.CustomResourceOptions,
): ServiceNetwork {
  const { prefix, manifest, network } = args
  const group = closedGroup(
    `${name}-group`,
    { prefix, vpcId: network.vpcId, description: `Tasks of ${manifest.name}` },
    opts,
  )
  const rules = securityPaths(manifest).flatMap(path => {
    const { peer, peerId } = peerOf(path, args)
    const [from, to] = path.direction === 'in' ? [peerId, group.id] : [group.id, peerId]
    return openPath(`${name}-${peer}`, { from, to, port: path.port, description: path.why }, opts)
  })
  return { group, rules: [...rules, ...openAwsApis(name, group, args, opts)] }
}

function peerOf(path: SecurityPath, args: ServiceNetworkArgs) {
  const known = (peer: string, peerId: pulumi.Input<string> | undefined) => {
    if (peerId !== undefined) return { peer, peerId }
    throw new Error(`service "${args.manifest.name}": there is no ${peer} to reach (${path.why})`)
  }
  if (path.direction === 'in') return known('load-balancer', args.loadBalancerGroupId)
  if (path.to === 'service')
    return known(`service-${path.service}`, args.serviceGroupIds.get(path.service))
  return known(path.to, path.to === 'database' ? args.databaseGroupId : args.cacheGroupId)
}

/** Images, secrets, logs, queues: all HTTPS, by NAT gateway or by the endpoints in the VPC. */
function openAwsApis(
  name: string,
  group: aws.ec2.SecurityGroup,
  { network, manifest }: ServiceNetworkArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const https = { securityGroupId: group.id, ipProtocol: 'tcp', fromPort: 443, toPort: 443 }
  const way = (suffix: string, description: string, to: object) =>
    new aws.vpc.SecurityGroupEgressRule(`${name}-${suffix}`, { ...https, description, ...to }, opts)
  if (network.hasNat) {
    // AWS publishes no list of the addresses of its APIs that a security group could hold.
    return [way('https', 'APIs of AWS through the NAT gateway', { cidrIpv4: '0.0.0.0/0' })]
  }
  const rules: pulumi.Resource[] = [
    way('s3', 'Layers of images', { prefixListId: network.s3PrefixListId }),
  ]
  if (manifest.needs.table)
    rules.push(way('dynamodb', 'Its table', { prefixListId: network.dynamodbPrefixListId }))
  if (network.endpointsSecurityGroupId !== undefined)
    rules.push(
      ...openPath(
        `${name}-endpoints`,
        {
          from: group.id,
          to: network.endpointsSecurityGroupId,
          port: 443,
          description: `${manifest.name} uses APIs of AWS`,
        },
        opts,
      ),
    )
  return rules
}
