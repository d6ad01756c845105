import { fail, rule, type Rule, shown, stackRule, wants } from '../rule.ts'

interface Endpoint {
  control: string
  /** `com.amazonaws.REGION.` goes before it. */
  service: string
  what: string
}

const ENDPOINTS: readonly Endpoint[] = [
  { control: 'EC2.10', service: 'ec2', what: 'the EC2 API' },
  { control: 'EC2.55', service: 'ecr.api', what: 'the ECR API' },
  { control: 'EC2.56', service: 'ecr.dkr', what: 'the Docker registry of ECR' },
  { control: 'EC2.57', service: 'ssm', what: 'Systems Manager' },
]

const endpoints = ENDPOINTS.map(({ control, service, what }) =>
  stackRule('ec2.Vpc', {
    control,
    title: `VPCs reach ${what} without the internet`,
    severity: 'medium',
    why: 'calls to AWS leave the VPC, and nothing but a way to the whole internet lets them',
    check: (vpc, stack) => {
      const found = stack
        .referrers(vpc, 'ec2.VpcEndpoint', 'vpcId')
        .some(
          ({ inputs }) =>
            inputs.vpcEndpointType === 'Interface' && inputs.serviceName?.endsWith(`.${service}`),
        )
      if (found) return undefined
      return fail(
        'ec2.VpcEndpoint',
        `for "${service}" is not in this VPC`,
        `new aws.ec2.VpcEndpoint(…, { vpcId, vpcEndpointType: 'Interface', serviceName: 'com.amazonaws.REGION.${service}', subnetIds, securityGroupIds, privateDnsEnabled: true })`,
      )
    },
  }),
)

export const ec2Network: readonly Rule[] = [
  stackRule('ec2.Vpc', {
    control: 'EC2.2',
    title: 'Default security groups let nothing in or out',
    severity: 'high',
    why: 'whatever is started without a group reaches everything else that was',
    check: (vpc, stack) => {
      const [group] = stack.referrers(vpc, 'ec2.DefaultSecurityGroup', 'vpcId')
      if (!group)
        return fail(
          'ec2.DefaultSecurityGroup',
          'of this VPC is not in the stack: AWS lets its members reach each other and the internet',
          'new aws.ec2.DefaultSecurityGroup(…, { vpcId, ingress: [], egress: [] })',
        )
      const { ingress = [], egress = [] } = group.inputs
      const beside =
        stack.referrers(group, 'vpc.SecurityGroupIngressRule', 'securityGroupId').length +
        stack.referrers(group, 'vpc.SecurityGroupEgressRule', 'securityGroupId').length +
        stack.referrers(group, 'ec2.SecurityGroupRule', 'securityGroupId').length
      const rules = ingress.length + egress.length + beside
      return rules === 0
        ? undefined
        : fail('ec2.DefaultSecurityGroup', `has ${rules} rules`, 'ingress: [], egress: []')
    },
  }),
  stackRule('ec2.Vpc', {
    control: 'EC2.6',
    title: 'VPCs have flow logs',
    severity: 'medium',
    why: 'nobody can tell afterwards who talked to whom',
    check: (vpc, stack) => {
      const logs = stack.referrers(vpc, 'ec2.FlowLog', 'vpcId')
      if (logs.length === 0)
        return fail(
          'ec2.FlowLog',
          'of this VPC is not in the stack',
          "new aws.ec2.FlowLog(…, { vpcId, trafficType: 'ALL', logDestination, iamRoleArn })",
        )
      return logs.some(({ inputs }) => inputs.trafficType !== 'ACCEPT')
        ? undefined
        : fail('ec2.FlowLog.trafficType', 'is "ACCEPT"', "trafficType: 'ALL'")
    },
  }),
  ...endpoints,
  rule('ec2.Subnet', {
    control: 'EC2.15',
    title: 'Subnets give no public addresses by themselves',
    severity: 'medium',
    why: 'whatever is started there can be reached from the internet',
    check: ({ inputs }) =>
      wants(inputs, 'mapPublicIpOnLaunch', value => value !== true, 'mapPublicIpOnLaunch: false'),
  }),
  stackRule('ec2.NetworkAcl', {
    control: 'EC2.16',
    title: 'Network ACLs are in use',
    severity: 'low',
    why: 'rules that hold nowhere mislead who reads them',
    check: (acl, stack) =>
      (acl.inputs.subnetIds ?? []).length > 0 ||
      stack.referrers(acl, 'ec2.NetworkAclAssociation', 'networkAclId').length > 0
        ? undefined
        : fail('subnetIds', shown(acl.inputs.subnetIds), 'subnetIds: the subnets that it is for'),
  }),
  stackRule('ec2.Vpc', {
    control: 'EC2.172',
    title: 'The region blocks internet gateways by default',
    severity: 'medium',
    why: 'one route and one rule by mistake make a VPC public',
    applies: (vpc, stack) => stack.referrers(vpc, 'ec2.InternetGateway', 'vpcId').length > 0,
    check: (vpc, stack) => {
      const [options] = stack.all('ec2.VpcBlockPublicAccessOptions')
      const mode = options?.inputs.internetGatewayBlockMode
      if (mode === 'block-ingress' || mode === 'block-bidirectional') return undefined
      const excluded = stack.referrers(vpc, 'ec2.VpcBlockPublicAccessExclusion', 'vpcId').length > 0
      return fail(
        'ec2.VpcBlockPublicAccessOptions',
        `${options ? shown(mode) : 'is not in the stack'}${excluded ? ', and this VPC is excluded' : ''}`,
        "new aws.ec2.VpcBlockPublicAccessOptions(…, { internetGatewayBlockMode: 'block-ingress' })",
      )
    },
  }),
]
